import Imaging
import Tensor
import WeightFiles

@testable import Encoders

/// The weights and images of Tests/Fixtures/Encoders/make_goldens.py, which explains them.
enum Synthetic {
  private static let table: [Float] = {
    var x: UInt32 = 0
    return (0..<8191).map { _ in
      x = 1_664_525 &* x &+ 1_013_904_223
      return Float(x >> 8) / Float(1 << 23) - 1
    }
  }()

  /// The table round and round, long enough for every tensor: they are all views of it.
  private static let tape: AlignedBuffer = {
    let largest = 512 * 512 * 9
    let bytes = table.count * 4
    let buffer = AlignedBuffer(byteCount: (largest / table.count + 3) * bytes)
    unsafe buffer.withUnsafeMutableBytes { target in
      unsafe table.withUnsafeBytes { table in
        for start in stride(from: 0, to: target.count, by: bytes) {
          unsafe UnsafeMutableRawBufferPointer(rebasing: target[start..<(start + bytes)])
            .copyMemory(from: table)
        }
      }
    }
    return buffer
  }()

  static func read(from start: Int, _ shape: Shape) -> Tensor {
    Tensor(
      viewing: tape, at: start % table.count * 4, shape: shape, elementType: .float32)!
  }

  static func images(_ extents: [Int]) -> Tensor { read(from: 0, Shape(extents)) }

  static func weights(_ architecture: Architecture) -> [String: Tensor] {
    let network = architecture.network
    let shapes = Dictionary(uniqueKeysWithValues: network.tensorShapes())
    var tensors: [String: Tensor] = [:]
    for (place, name) in shapes.keys.sorted().enumerated() {
      tensors[name] = read(from: 977 * place, shapes[name]!)
    }
    for (_, convolution) in network.convolutions {
      let extents = convolution.weightExtents
      let fanIn = Float(extents[1] * extents[2] * extents[3])
      func map(_ name: String, _ body: (Float) -> Float) {
        let full = "\(convolution.batchNorm ?? convolution.name).\(name)"
        tensors[full] = Tensor(shapes[full]!, tensors[full]!.array(of: Float.self).map(body))
      }
      if convolution.batchNorm == nil {
        map("weight") { $0 / fanIn.squareRoot() }
        map("bias") { 0.5 * $0 }
        continue
      }
      map("weight") { 1 + 0.5 * $0 }
      map("bias") { 0.5 * $0 }
      map("running_mean") { 0.1 * fanIn.squareRoot() * $0 }
      map("running_var") { 0.4 * fanIn * (1 + 0.5 * $0) }
    }
    for (_, name) in network.preactivations {
      for (part, base) in [("scale", Float(1)), ("shift", 0)] {
        let full = "\(name).\(part)"
        tensors[full] = Tensor(
          shapes[full]!, tensors[full]!.array(of: Float.self).map { base + 0.5 * $0 })
      }
    }
    return tensors
  }

  static func file(_ architecture: Architecture) -> WeightFile {
    WeightFile(weights(architecture), path: "synthetic \(architecture)")
  }

  /// An encoder that skips hashing its weights, which takes longer than using them once.
  static func encoder(
    _ architecture: Architecture, precision: Precision = .fp32, threadCount: Int = 2,
    maximumBatchSize: Int = 8
  ) throws -> ImageEncoder {
    try ImageEncoder(
      EncoderIdentity(
        name: "synthetic", architecture: architecture, weightsHash: "",
        normalization: architecture.defaultNormalization, inputSize: 256),
      try NetworkWeights(architecture.network, in: file(architecture)), precision: precision,
      threadCount: threadCount,
      maximumBatchSize: maximumBatchSize)
  }
}
