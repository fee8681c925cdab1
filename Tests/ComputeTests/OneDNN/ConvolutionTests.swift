import Compute
import Tensor
import Testing

@Suite struct OneDNNConvolutionTests {
  /// A convolution and where its result can go wrong.
  struct Case: CustomTestStringConvertible {
    var testDescription: String
    var images = 2
    var input = 5
    var output = 7
    var groups = 1
    var height = 9
    var width = 11
    var window = OneDNN.Window(kernel: 3, top: 1, left: 1, bottom: 1, right: 1)
    var algorithm = OneDNN.ConvolutionAlgorithm.direct
    var postOperations: [OneDNN.PostOperation] = []
  }

  @Test(arguments: [
    Case(testDescription: "channels that fill no block"),
    Case(testDescription: "1×1", input: 24, output: 40, window: .init(kernel: 1)),
    Case(
      testDescription: "stride 2, padded at the end as 'SAME' does", input: 3, output: 16,
      height: 16, width: 16, window: .init(kernel: 3, stride: 2, bottom: 1, right: 1)),
    Case(
      testDescription: "depthwise 5×5 with stride 2", input: 20, output: 20, groups: 20,
      window: .init(kernel: 5, stride: 2, top: 1, left: 2, bottom: 2, right: 2)),
    Case(
      testDescription: "7×7 with stride 2", input: 3, output: 8,
      window: .init(kernel: 7, stride: 2, top: 3, left: 3, bottom: 3, right: 3)),
    Case(testDescription: "relu", postOperations: [.relu]),
    Case(testDescription: "relu6", postOperations: [.clippedReLU(limit: 6)]),
    Case(testDescription: "sum, then relu", postOperations: [.sum, .relu]),
    Case(
      testDescription: "Winograd", input: 32, output: 48, height: 17, width: 19,
      algorithm: .winograd, postOperations: [.relu]),
    Case(
      testDescription: "Winograd with sum", input: 32, output: 32, height: 16, width: 16,
      algorithm: .winograd, postOperations: [.sum, .relu]),
    Case(
      testDescription: "another tensor added, then relu", input: 32, output: 16,
      postOperations: [.add(try! .init([2, 16, 9, 11], .float32, .channelBlocks)), .relu]),
  ])
  func agreesWithTheDefinition(_ test: Case) throws {
    let window = test.window
    let height = window.outputHeight(of: test.height)
    let width = window.outputWidth(of: test.width)
    let sourceExtents = [test.images, test.input, test.height, test.width]
    let outputExtents = [test.images, test.output, height, width]
    var weightExtents = [test.output, test.input / test.groups, window.kernel, window.kernel]
    if test.groups > 1 {
      weightExtents = [test.groups, test.output / test.groups] + weightExtents.dropFirst()
    }
    let source = Numbers.tensor(sourceExtents, seed: 1)
    let weights = Numbers.tensor(weightExtents, seed: 2)
    let bias = Numbers.tensor([test.output], seed: 3)
    let before = Numbers.tensor(outputExtents, seed: 4)

    let descriptor: OneDNN.PrimitiveDescriptor
    do {
      descriptor = try OneDNN.PrimitiveDescriptor(
        convolution: .init(sourceExtents, .float32, .any),
        weights: .init(weightExtents, .float32, .any),
        bias: .init([test.output], .float32, .dense),
        destination: .init(outputExtents, .float32, .any), window: window,
        algorithm: test.algorithm, postOperations: test.postOperations)
    } catch {
      guard test.algorithm == .winograd, error.code == .unimplemented else { throw error }
      // This processor has no such kernel, and nobody takes it then.
      return
    }
    let stream = try OneDNN.Stream()
    var arguments = try [
      OneDNN.Role.source: Numbers.memory(source, as: descriptor.descriptor(of: .source), stream),
      .weights: Numbers.memory(weights, as: descriptor.descriptor(of: .weights), stream),
      .bias: Numbers.memory(bias, as: descriptor.descriptor(of: .bias), stream),
      .destination: Numbers.memory(before, as: descriptor.descriptor(of: .destination), stream),
      .scratch: OneDNN.Memory(descriptor.descriptor(of: .scratch)),
    ]
    if case .add(let addend) = test.postOperations.first {
      arguments[.addedAfterwards] = try Numbers.memory(before, as: addend, stream)
    }
    try OneDNN.Invocation(try OneDNN.Primitive(descriptor), arguments).run(on: stream)
    try stream.wait()
    let found = try Numbers.floats(arguments[.destination]!, stream)

    let expected = naive(test, source, weights, bias, before, outputExtents)
    let largest = expected.map(abs).max()!
    let difference = zip(found, expected).map { abs($0 - $1) }.max()!
    #expect(difference <= 1e-5 * largest)
  }

  /// The convolution by its definition.
  private func naive(
    _ test: Case, _ source: Tensor, _ weights: Tensor, _ bias: Tensor, _ before: Tensor,
    _ output: [Int]
  ) -> [Float] {
    let (x, w) = (source.array(of: Float.self), weights.array(of: Float.self))
    let (b, old) = (bias.array(of: Float.self), before.array(of: Float.self))
    let (inputs, outputs) = (test.input / test.groups, test.output / test.groups)
    let kernel = test.window.kernel
    var result: [Float] = []
    for n in 0..<output[0] {
      for o in 0..<output[1] {
        for row in 0..<output[2] {
          for column in 0..<output[3] {
            var sum = Double(b[o])
            for i in 0..<inputs {
              let channel = o / outputs * inputs + i
              for dy in 0..<kernel {
                for dx in 0..<kernel {
                  let y = row * test.window.stride - test.window.top + dy
                  let z = column * test.window.stride - test.window.left + dx
                  guard y >= 0, y < test.height, z >= 0, z < test.width else { continue }
                  let pixel = ((n * test.input + channel) * test.height + y) * test.width + z
                  let weight = ((o * inputs + i) * kernel + dy) * kernel + dx
                  sum += Double(x[pixel]) * Double(w[weight])
                }
              }
            }
            for operation in test.postOperations {
              switch operation {
              case .sum, .add: sum += Double(old[result.count])
              case .weightedSum(let factor, _): sum += Double(factor) * Double(old[result.count])
              case .relu: sum = max(sum, 0)
              case .clippedReLU(let limit): sum = min(max(sum, 0), Double(limit))
              }
            }
            result.append(Float(sum))
          }
        }
      }
    }
    return result
  }

  @Test func whatMakesNoSenseIsAnError() {
    // Weights for another number of channels.
    let error = #expect(throws: OneDNNError.self) {
      try OneDNN.PrimitiveDescriptor(
        convolution: .init([1, 3, 8, 8], .float32, .any),
        weights: .init([4, 5, 1, 1], .float32, .any), bias: .init([4], .float32, .dense),
        destination: .init([1, 4, 8, 8], .float32, .any), window: .init(kernel: 1))
    }
    #expect(error?.code == .invalidArguments)
    #expect(error?.description.contains("[4, 5, 1, 1]") == true)
  }

  @Test func winogradOfALargeKernelIsUnimplemented() {
    let error = #expect(throws: OneDNNError.self) {
      try OneDNN.PrimitiveDescriptor(
        convolution: .init([1, 16, 8, 8], .float32, .any),
        weights: .init([16, 16, 5, 5], .float32, .any), bias: .init([16], .float32, .dense),
        destination: .init([1, 16, 8, 8], .float32, .any),
        window: .init(kernel: 5, top: 2, left: 2, bottom: 2, right: 2), algorithm: .winograd)
    }
    #expect(error?.code == .unimplemented)
  }
}
