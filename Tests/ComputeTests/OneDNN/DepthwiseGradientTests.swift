import Compute
import Tensor
import Testing

@Suite("Depthwise convolutions' gradients")
struct DepthwiseGradientTests {
  @Test(
    "agree with the definition",
    arguments: [
      OneDNN.Window(kernel: 3, top: 1, left: 1, bottom: 1, right: 1),
      .init(kernel: 3, stride: 2, bottom: 1, right: 1),
      .init(kernel: 5, top: 2, left: 2, bottom: 2, right: 2),
      .init(kernel: 5, stride: 2, top: 1, left: 2, bottom: 2, right: 2),
      .init(kernel: 7, stride: 3, top: 3, left: 2, bottom: 3, right: 4),
    ], [(OneDNN.Layout.channelBlocks8, 24), (.channelBlocks, 48)])
  func agreesWithTheDefinition(
    window: OneDNN.Window, layout: (OneDNN.Layout, channels: Int)
  ) throws {
    let (images, channels) = (2, layout.channels)
    // Rows that windows at both edges share, and columns that some are clear of both.
    for (height, width) in [(4, 11), (9, 3)] {
      let output = [
        images, channels, window.outputHeight(of: height), window.outputWidth(of: width),
      ]
      let source = Numbers.tensor([images, channels, height, width], seed: 1)
      let gradient = Numbers.tensor(output, seed: 2)
      let stream = try OneDNN.Stream()
      let taps = window.kernel * window.kernel
      let (weights, bias) = (Matrix<Float>(channels, taps), Matrix<Float>(1, channels))
      let calculation = try #require(
        OneDNN.DepthwiseGradient(
          source: try Numbers.memory(
            source, as: .init(source.shape.dimensions, .float32, layout.0), stream),
          gradient: try Numbers.memory(gradient, as: .init(output, .float32, layout.0), stream),
          window: window, weights: weights, bias: bias))
      try calculation.run()
      let (x, g) = (source.array(of: Float.self), gradient.array(of: Float.self))
      for channel in 0..<channels {
        var sums = [Double](repeating: 0, count: taps)
        var total = 0.0
        for image in 0..<images {
          for row in 0..<output[2] {
            for column in 0..<output[3] {
              let plane = image * channels + channel
              let slope = Double(g[(plane * output[2] + row) * output[3] + column])
              total += slope
              for tap in 0..<taps {
                let y = row * window.stride - window.top + tap / window.kernel
                let z = column * window.stride - window.left + tap % window.kernel
                guard y >= 0, y < height, z >= 0, z < width else { continue }
                sums[tap] += slope * Double(x[(plane * height + y) * width + z])
              }
            }
          }
        }
        let differences = (0..<taps).map { abs(Double(weights[channel, $0]) - sums[$0]) }
        #expect(differences.max()! < 1e-4 && abs(Double(bias[0, channel]) - total) < 1e-4)
      }
    }
  }

  @Test("are left to oneDNN where channels lie otherwise")
  func otherLayouts() throws {
    let window = OneDNN.Window(kernel: 3, top: 1, left: 1, bottom: 1, right: 1)
    for (layout, channels) in [
      (OneDNN.Layout.dense, 16), (.channelsLast, 16), (.channelBlocks, 20),
    ] {
      let memory = try OneDNN.Memory(.init([1, channels, 4, 4], .float32, layout))
      #expect(
        OneDNN.DepthwiseGradient(
          source: memory, gradient: memory, window: window, weights: Matrix(channels, 9),
          bias: Matrix(1, channels)) == nil)
    }
  }
}
