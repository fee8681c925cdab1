import Compute
import Tensor
import Testing

/// Convolutions of eight-bit integers, whose sums are exact, beside their definition.
@Suite struct OneDNNIntegerConvolutionTests {
  struct Case: CustomTestStringConvertible {
    var testDescription: String
    var input = 32
    var output = 24
    var groups = 1
    var isSigned = false
    var window = OneDNN.Window(kernel: 3, top: 1, left: 1, bottom: 1, right: 1)
    /// The type of what is added, if anything is.
    var residual: OneDNN.DataType?
  }

  @Test(arguments: [
    Case(testDescription: "unsigned"), Case(testDescription: "signed", isSigned: true),
    Case(
      testDescription: "three signed channels, stride 2, padded at the end as 'SAME' does",
      input: 3,
      output: 32, isSigned: true, window: .init(kernel: 3, stride: 2, bottom: 1, right: 1)),
    Case(
      testDescription: "three signed channels, 7×7", input: 3, output: 64, isSigned: true,
      window: .init(kernel: 7, stride: 2, top: 3, left: 3, bottom: 3, right: 3)),
    Case(testDescription: "1×1, signed sum", window: .init(kernel: 1), residual: .int8),
    Case(testDescription: "1×1, unsigned sum", window: .init(kernel: 1), residual: .uint8),
    Case(
      testDescription: "depthwise 5×5", input: 48, output: 48, groups: 48,
      window: .init(kernel: 5, top: 2, left: 2, bottom: 2, right: 2)),
    Case(
      testDescription: "depthwise 3×3 with stride 2, padded at the end", input: 48, output: 48,
      groups: 48, window: .init(kernel: 3, stride: 2, bottom: 1, right: 1)),
  ])
  func agreesWithTheDefinition(_ test: Case) throws {
    let (images, height, width) = (2, 10, 12)
    let window = test.window
    let output = [
      images, test.output, window.outputHeight(of: height), window.outputWidth(of: width),
    ]
    // Weights up to 63 and sources up to 120 do not saturate where pairs are summed in 16 bits.
    let x = integers(images * test.input * height * width, test.isSigned ? -60...60 : 0...120, 1)
    let perGroup = test.input / test.groups
    let w = integers(test.output * perGroup * window.kernel * window.kernel, -63...63, 2)
    let old = integers(output.reduce(1, *), test.residual == .uint8 ? 0...120 : -60...60, 3)
    let bias = (0..<test.output).map { Float($0 % 7 * 100 - 300) }
    let scales = (0..<test.output).map { 0.001 + 0.0001 * Float($0 % 5) }
    let type: OneDNN.DataType = test.isSigned ? .int8 : .uint8
    let weightExtents =
      test.groups == 1
      ? [test.output, perGroup, window.kernel, window.kernel]
      : [test.groups, test.output / test.groups, perGroup, window.kernel, window.kernel]

    let descriptor = try OneDNN.PrimitiveDescriptor(
      convolution: .init([images, test.input, height, width], type, .any),
      weights: .init(weightExtents, .int8, .any), bias: .init([test.output], .float32, .dense),
      destination: .init(output, .uint8, .channelsLast), window: window, scales: scales,
      postOperations: (test.residual.map { [.weightedSum(0.5, $0)] } ?? []) + [.relu])
    let stream = try OneDNN.Stream()
    // What is added lies where the result goes, in its own type.
    let destination = try OneDNN.Memory(unbound: descriptor.descriptor(of: .destination))
    let added = try OneDNN.Memory(
      unbound: destination.descriptor.read(as: test.residual ?? .uint8))
    let buffer = AlignedBuffer(byteCount: destination.descriptor.byteCount)
    try destination.bind(to: buffer)
    try added.bind(to: buffer)
    let numbers = try memory(old, output, added.descriptor, stream)
    try OneDNN.Reorder(from: numbers, to: added).run(on: stream)
    let arguments = try [
      OneDNN.Role.source: memory(
        x, [images, test.input, height, width], descriptor.descriptor(of: .source), stream),
      .weights: memory(w, weightExtents, descriptor.descriptor(of: .weights), stream),
      .bias: memory(bias, [test.output], descriptor.descriptor(of: .bias), stream),
      .destination: destination,
      .scratch: OneDNN.Memory(descriptor.descriptor(of: .scratch)),
    ]
    try OneDNN.Invocation(try OneDNN.Primitive(descriptor), arguments).run(on: stream)
    try stream.wait()
    let found = try Numbers.floats(destination, stream)

    var largest: Float = 0
    for (place, value) in found.enumerated() {
      let column = place % output[3]
      let row = place / output[3] % output[2]
      let channel = place / output[3] / output[2] % output[1]
      let image = place / output[3] / output[2] / output[1]
      var sum = bias[channel]
      for i in 0..<perGroup {
        let inputChannel = channel / (test.output / test.groups) * perGroup + i
        for dy in 0..<window.kernel {
          for dx in 0..<window.kernel {
            let y = row * window.stride - window.top + dy
            let z = column * window.stride - window.left + dx
            guard y >= 0, y < height, z >= 0, z < width else { continue }
            let pixel = ((image * test.input + inputChannel) * height + y) * width + z
            let weight = ((channel * perGroup + i) * window.kernel + dy) * window.kernel + dx
            sum += x[pixel] * w[weight]
          }
        }
      }
      sum = sum * scales[channel] + (test.residual == nil ? 0 : 0.5 * old[place])
      let expected = min(max(sum, 0), 255)
      largest = max(largest, abs(value - expected))
    }
    // Where pairs of products are summed in 16 bits, oneDNN halves the weights of signed sources.
    let tolerance: Float = test.isSigned && !OneDNN.Processor.multipliesInt8 ? 3 : 1
    #expect(largest <= tolerance, "\(largest)")
  }

  private func integers(_ count: Int, _ range: ClosedRange<Int>, _ seed: UInt64) -> [Float] {
    var state = seed &* 0x9e37_79b9_7f4a_7c15
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(range.lowerBound + Int(state >> 33) % range.count)
    }
  }

  private func memory(
    _ numbers: [Float], _ extents: [Int], _ descriptor: OneDNN.MemoryDescriptor,
    _ stream: OneDNN.Stream
  ) throws -> OneDNN.Memory {
    try Numbers.memory(Tensor(Shape(extents), numbers), as: descriptor, stream)
  }
}
