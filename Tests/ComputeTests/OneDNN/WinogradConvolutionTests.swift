import Compute
import Tensor
import Testing

@Suite("Winograd's convolutions")
struct WinogradConvolutionTests {
  struct Case: CustomTestStringConvertible {
    var testDescription: String
    var images = 1
    var inputs = 32
    var outputs = 64
    var height = 16
    var width = 16
    var type = OneDNN.DataType.float32
    var layout = OneDNN.Layout.channelBlocks
    var adds = false
    var limit: Float?

    /// Of the largest result. Of bfloat16, weights are rounded after they were transformed.
    var tolerance: Float { type == .float32 ? 3e-5 : 6e-2 }
  }

  @Test(
    "agree with the definition",
    arguments: [
      Case(testDescription: "whole tiles"),
      Case(testDescription: "tiles that are cut", images: 3, height: 9, width: 15),
      Case(testDescription: "less than a tile", height: 2, width: 3),
      Case(
        testDescription: "more tiles than are made at once", images: 5, inputs: 256, outputs: 32),
      Case(testDescription: "sum, then ReLU", adds: true, limit: .infinity),
      Case(testDescription: "from 0 to a limit", limit: 0.5),
      Case(testDescription: "blocks of 8", inputs: 24, outputs: 48, layout: .channelBlocks8),
      Case(testDescription: "bfloat16", images: 2, height: 13, type: .bfloat16, limit: .infinity),
      Case(
        testDescription: "bfloat16 in blocks of 8, sum", inputs: 40, outputs: 16, width: 7,
        type: .bfloat16, layout: .channelBlocks8, adds: true),
    ])
  func agreeWithTheDefinition(_ test: Case) throws {
    let source = Numbers.tensor([test.images, test.inputs, test.height, test.width], seed: 1)
    let weights = Numbers.tensor([test.outputs, test.inputs, 3, 3], seed: 2)
    let bias = Numbers.tensor([test.outputs], seed: 3)
    let before = Numbers.tensor([test.images, test.outputs, test.height, test.width], seed: 4)
    let found = try results(test, source, weights, bias, before)

    let (x, w) = (source.array(of: Float.self), weights.array(of: Float.self))
    let (b, old) = (bias.array(of: Float.self), before.array(of: Float.self))
    var (largest, difference) = (Float(0), Float(0))
    for (index, result) in found.enumerated() {
      let (column, row) = (index % test.width, index / test.width % test.height)
      let output = index / (test.width * test.height) % test.outputs
      let image = index / (test.width * test.height * test.outputs)
      var sum = Double(b[output])
      for input in 0..<test.inputs {
        for tap in 0..<9 {
          let (y, z) = (row + tap / 3 - 1, column + tap % 3 - 1)
          guard y >= 0, y < test.height, z >= 0, z < test.width else { continue }
          let cell = ((image * test.inputs + input) * test.height + y) * test.width + z
          sum += Double(x[cell]) * Double(w[(output * test.inputs + input) * 9 + tap])
        }
      }
      if test.adds { sum += Double(old[index]) }
      largest = max(largest, Float(abs(sum)))
      if let limit = test.limit { sum = min(max(sum, 0), Double(limit)) }
      difference = max(difference, abs(result - Float(sum)))
    }
    #expect(difference <= test.tolerance * largest)
  }

  @Test("give an image the same whatever images are beside it, on any number of threads")
  func independence() throws {
    let weights = Numbers.tensor([32, 128, 3, 3], seed: 2)
    let bias = Numbers.tensor([32], seed: 3)
    let many = Numbers.tensor([7, 128, 20, 20], seed: 1)
    let test = Case(testDescription: "", images: 7, inputs: 128, outputs: 32, height: 20, width: 20)
    let nothing = Tensor([7, 32, 20, 20], [Float](repeating: 0, count: 7 * 32 * 400))
    let together = try results(test, many, weights, bias, nothing)
    let threads = OneDNN.threadCount
    OneDNN.setThreadCount(1)
    defer { OneDNN.setThreadCount(threads) }
    for image in [0, 3, 6] {
      var one = test
      one.images = 1
      let x = Array(many.array(of: Float.self)[(image * 128 * 400)..<((image + 1) * 128 * 400)])
      let alone = try results(
        one, Tensor([1, 128, 20, 20], x), weights, bias,
        Tensor([1, 32, 20, 20], Array(x.prefix(32 * 400))))
      let part = together[(image * 32 * 400)..<((image + 1) * 32 * 400)]
      #expect(zip(alone, part).allSatisfy { $0 == $1 })
    }
  }

  @Test("are left to oneDNN where channels lie otherwise or are too few")
  func otherLayouts() throws {
    let stream = try OneDNN.Stream()
    let weights = try OneDNN.WinogradWeights(
      Numbers.memory(
        Numbers.tensor([32, 16, 3, 3], seed: 1), as: .init([32, 16, 3, 3], .float32, .dense), stream
      ),
      type: .float32, layout: .channelBlocks)
    let source = try OneDNN.Memory(.init([1, 16, 8, 8], .float32, .channelsLast))
    let scratch = try OneDNN.Memory(OneDNN.WinogradConvolution.scratch(for: source.descriptor))
    let destination = try OneDNN.Memory(.init([1, 32, 8, 8], .float32, .channelBlocks))
    let bias = try OneDNN.Memory(.init([32], .float32, .dense))
    #expect(
      OneDNN.WinogradConvolution(
        source: source, destination: destination, scratch: scratch, weights: weights, bias: bias)
        == nil)
    #expect(OneDNN.WinogradConvolution.suits(inputs: 16, outputs: 32, block: 16))
    #expect(!OneDNN.WinogradConvolution.suits(inputs: 20, outputs: 32, block: 16))
    #expect(!OneDNN.WinogradConvolution.suits(inputs: 16, outputs: 16, block: 16))
  }

  private func results(
    _ test: Case, _ source: Tensor, _ weights: Tensor, _ bias: Tensor, _ before: Tensor
  ) throws -> [Float] {
    let stream = try OneDNN.Stream()
    let packed = try OneDNN.WinogradWeights(
      Numbers.memory(weights, as: .init(weights.shape.dimensions, .float32, .dense), stream),
      type: test.type, layout: test.layout)
    let x = try Numbers.memory(
      source, as: .init(source.shape.dimensions, test.type, test.layout), stream)
    let y = try Numbers.memory(
      before, as: .init(before.shape.dimensions, test.type, test.layout), stream)
    let calculation = try #require(
      try OneDNN.WinogradConvolution(
        source: x, destination: y,
        scratch: OneDNN.Memory(OneDNN.WinogradConvolution.scratch(for: x.descriptor)),
        weights: packed,
        bias: Numbers.memory(bias, as: .init([test.outputs], .float32, .dense), stream),
        adds: test.adds, limit: test.limit))
    try calculation.run()
    return try Numbers.floats(y, stream)
  }
}
