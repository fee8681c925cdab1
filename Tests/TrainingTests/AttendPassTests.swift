import Compute
import Decoders
import Testing
import Training

@Suite("Show, Attend and Tell under teacher forcing")
struct AttendPassTests {
  /// The whole loss: scaled cross-entropy and attention penalty.
  private func loss(
    _ configuration: DecoderConfiguration, _ parameters: ParameterSet<Double>,
    gradient: ParameterSet<Double>, _ options: PassOptions
  ) -> Double {
    let cells = 4
    var generator = SplitMix64(seed: 5)
    let values = Matrix<Double>(
      2 * cells, configuration.featureSize,
      (0..<2 * cells * configuration.featureSize).map { _ in
        Double.random(in: -1...1, using: &generator)
      })
    let batch = CaptionBatch(captions: [
      (0, [7, 1, 2, 8]), (1, [7, 3, 8]), (1, [7, 4, 5, 6, 1, 8]), (0, [7, 2, 2, 8]),
    ])
    let scale = 1 / Double(batch.tokenCount)
    let attentionScale = 1 / Double(batch.captions.count * cells)
    let result = AttendPass(configuration, parameters, gradient: gradient, options: options).run(
      batch, FeatureBatch(images: 2, cells: cells, values: values), scale: scale,
      attentionScale: attentionScale, seed: 3)
    return result.loss * scale
      + options.attentionRegularization * result.attentionPenalty * attentionScale
  }

  @Test(
    "the gradient is the finite difference of the loss, in double precision",
    arguments: DecoderConfiguration.Context.allCases, [false, true])
  func gradientMatchesFiniteDifference(
    context: DecoderConfiguration.Context, regularized: Bool
  ) {
    let configuration = DecoderConfiguration(
      context: context, featureSize: 5, hiddenSize: 4, embeddingSize: 3, attentionSize: 6,
      vocabularySize: 9)
    var options = PassOptions.plain
    if regularized {
      options.outputDropout = 0.4
      options.embeddingDropout = 0.3
      options.featureDropout = 0.2
      options.labelSmoothing = 0.1
      options.attentionRegularization = 0.7
    }
    var generator = SplitMix64(seed: 1)
    let parameters = ParameterSet<Double>(configuration)
    parameters.initialize(using: &generator)
    for name in parameters.names { parameters[name].scale(by: 2) }
    let gradient = ParameterSet<Double>(configuration)
    _ = loss(configuration, parameters, gradient: gradient, options)

    let unused = ParameterSet<Double>(configuration)
    let epsilon = 1e-5
    for name in parameters.names {
      let matrix = parameters[name]
      for row in 0..<matrix.rows {
        for column in 0..<matrix.columns {
          let value = matrix[row, column]
          matrix[row, column] = value + epsilon
          let above = loss(configuration, parameters, gradient: unused, options)
          matrix[row, column] = value - epsilon
          let below = loss(configuration, parameters, gradient: unused, options)
          matrix[row, column] = value
          let difference = (above - below) / (2 * epsilon)
          #expect(
            abs(gradient[name][row, column] - difference) < 1e-8 + 1e-6 * abs(difference),
            "\(name)[\(row), \(column)]")
        }
      }
    }
  }
}
