import Compute
import Tensor
import Testing

@Suite struct OneDNNMemoryTests {
  @Test(arguments: [OneDNN.Layout.dense, .channelsLast, .channelBlocks])
  func layoutsKeepTheElements(_ layout: OneDNN.Layout) throws {
    let stream = try OneDNN.Stream()
    let tensor = Numbers.tensor([2, 19, 3, 5], seed: 1)
    let memory = try Numbers.memory(tensor, as: .init([2, 19, 3, 5], .float32, layout), stream)
    #expect(try Numbers.floats(memory, stream) == tensor.array(of: Float.self))
  }

  @Test func blocksArePadded() throws {
    let blocks = try OneDNN.MemoryDescriptor([1, 19, 2, 2], .float32, .channelBlocks)
    #expect(blocks.byteCount == 4 * 32 * 2 * 2)
    #expect(blocks.extents == [1, 19, 2, 2])
    #expect(try blocks != OneDNN.MemoryDescriptor([1, 19, 2, 2], .float32, .dense))
    #expect(try blocks == OneDNN.MemoryDescriptor([1, 19, 2, 2], .float32, .channelBlocks))
  }

  @Test func scalesMultiplyTheFirstAxis() throws {
    let stream = try OneDNN.Stream()
    let source = try OneDNN.Memory(unbound: .init([2, 3], .float32, .dense))
    let target = try OneDNN.Memory(.init([2, 3], .float32, .dense))
    let reorder = try OneDNN.Reorder(from: source, to: target, scales: [10, -1])
    try source.withElements(of: Tensor([2, 3], [1, 2, 3, 4, 5, 6] as [Float])) {
      () throws(OneDNNError) in try reorder.run(on: stream)
    }
    #expect(try Numbers.floats(target, stream) == [10, 20, 30, -4, -5, -6])
  }

  @Test func maxPoolingTakesTheLargest() throws {
    let stream = try OneDNN.Stream()
    let window = OneDNN.Window(kernel: 3, stride: 2, top: 1, left: 1, bottom: 1, right: 1)
    let source = Tensor([1, 1, 4, 4], (0..<16).map { Float(($0 * 7) % 16) })
    let descriptor = try OneDNN.PrimitiveDescriptor(
      maxPooling: .init([1, 1, 4, 4], .float32, .dense),
      destination: .init([1, 1, 2, 2], .float32, .any), window: window)
    let target = try OneDNN.Memory(descriptor.descriptor(of: .destination))
    try OneDNN.Invocation(
      try OneDNN.Primitive(descriptor),
      [
        .source: try Numbers.memory(source, as: descriptor.descriptor(of: .source), stream),
        .destination: target, .scratch: try OneDNN.Memory(descriptor.descriptor(of: .scratch)),
      ]
    ).run(on: stream)
    try stream.wait()
    // 0 7 14 5 / 12 3 10 1 / 8 15 6 13 / 4 11 2 9
    #expect(try Numbers.floats(target, stream) == [12, 14, 15, 15])
  }
}
