import Compute
import Tensor

/// Test data, and its way into and out of oneDNN's layouts.
enum Numbers {
  /// Numbers in [-1, 1), the same for the same seed.
  static func tensor(_ extents: [Int], seed: UInt32) -> Tensor {
    var state = seed &* 2_654_435_769
    let shape = Shape(extents)
    return Tensor(
      shape,
      (0..<shape.elementCount).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return Float(state >> 8) / Float(1 << 23) - 1
      })
  }

  static func memory(
    _ tensor: Tensor, as descriptor: OneDNN.MemoryDescriptor, _ stream: OneDNN.Stream
  ) throws(OneDNNError) -> OneDNN.Memory {
    let source = try OneDNN.Memory(unbound: .init(descriptor.extents, .float32, .dense))
    let target = try OneDNN.Memory(descriptor)
    let reorder = try OneDNN.Reorder(from: source, to: target)
    try source.withElements(of: tensor) { () throws(OneDNNError) in try reorder.run(on: stream) }
    return target
  }

  /// The elements in the extents' order.
  static func floats(
    _ memory: OneDNN.Memory, _ stream: OneDNN.Stream
  ) throws(OneDNNError) -> [Float] {
    let extents = memory.descriptor.extents
    let target = try OneDNN.Memory(unbound: .init(extents, .float32, .dense))
    let reorder = try OneDNN.Reorder(from: memory, to: target)
    let tensor = try Tensor(Shape(extents), of: Float.self) { span throws(OneDNNError) in
      try target.withElements(of: &span, from: 0) { () throws(OneDNNError) in
        try reorder.run(on: stream)
      }
    }
    return tensor.array(of: Float.self)
  }
}
