import Compute
import Decoders
import Testing
import Training

@Suite("Decoders under teacher forcing")
struct CaptionPassTests {
  /// A small decoder and all that a finite difference has to move: its parameters and the features.
  struct Case: CustomTestStringConvertible, Sendable {
    var architecture = DecoderConfiguration.Architecture.attend
    var cell = RecurrentCell.lstm
    var context = DecoderConfiguration.Context.gated
    var activation = AttentionActivation.relu
    var pooling: GridPooling?
    /// Dropout, label smoothing, attention penalty and caption weights.
    var regularized = false

    var testDescription: String {
      "\(architecture) \(cell) \(context) \(activation)\(pooling == nil ? "" : " pooled")"
        + (regularized ? " regularized" : "")
    }

    var configuration: DecoderConfiguration {
      DecoderConfiguration(
        architecture: architecture, cell: cell, context: context, activation: activation,
        featureSize: 5, hiddenSize: 4, embeddingSize: 3, attentionSize: 6, vocabularySize: 9,
        pooling: pooling)
    }

    var options: PassOptions {
      var options = PassOptions.plain
      if regularized {
        options.outputDropout = 0.4
        options.embeddingDropout = 0.3
        options.featureDropout = 0.2
        options.labelSmoothing = 0.1
        options.attentionRegularization = 0.7
      }
      return options
    }

    static let all: [Case] =
      RecurrentCell.allCases.flatMap { cell in
        [
          Case(architecture: .tell, cell: cell), Case(cell: cell),
          Case(architecture: .tell, cell: cell, regularized: true),
        ]
      } + [
        Case(regularized: true), Case(context: .projected), Case(context: .plain),
        Case(context: .projected, activation: .tanh, regularized: true),
        Case(cell: .gru, context: .plain, regularized: true),
        Case(pooling: GridPooling(height: 2, width: 2, pooledHeight: 3, pooledWidth: 3)),
        Case(
          context: .projected,
          pooling: GridPooling(height: 2, width: 2, pooledHeight: 3, pooledWidth: 1),
          regularized: true),
        Case(architecture: .adaptive, activation: .tanh),
        Case(architecture: .adaptive, regularized: true),
      ]
  }

  private let cells = 4
  private let images = 3

  private func makeFeatures() -> Matrix<Double> {
    var generator = SplitMix64(seed: 5)
    return Matrix<Double>(
      images * cells, 5,
      (0..<images * cells * 5).map { _ in Double.random(in: -1...1, using: &generator) })
  }

  /// The whole loss: scaled cross-entropy and attention penalty. Adds its gradient.
  private func loss(
    _ test: Case, _ parameters: ParameterSet<Double>, _ values: Matrix<Double>,
    gradient: ParameterSet<Double>, dvalues: Matrix<Double>
  ) -> Double {
    let configuration = test.configuration
    let features = FeatureBatch(images: images, cells: cells, values: values)
    let dfeatures = FeatureBatch(images: images, cells: cells, values: dvalues)
    let batch = CaptionBatch(
      captions: [
        (0, [7, 1, 2, 8]), (1, [7, 3, 8]), (1, [7, 4, 5, 6, 1, 8]), (0, [7, 2, 2, 8]), (2, [7, 5]),
      ], weights: test.regularized ? [1, -0.5, 2, 0.25, 1] : nil)
    let scale = 1 / Double(batch.tokenCount)
    let attentionScale =
      1 / Double(batch.captions.count * (test.pooling?.pooledCells ?? cells))
    // Running statistics would move with every call.
    let first = InitialStateLayer(parameters.duplicate(), configuration)
    let initial = first.train(features.means(pooling: test.pooling))
    let dstates = first.makeStates(images)
    let result = CaptionPass(configuration, parameters, gradient: gradient, options: test.options)
      .run(
        batch,
        .init(features: features, states: initial.states, dstates: dstates, dfeatures: dfeatures),
        scale: scale, attentionScale: attentionScale, seed: 3)
    let dmeans = Matrix<Double>(images, 5)
    first.backward(
      into: InitialStateLayer(gradient, configuration), initial, dstates: dstates, dmeans: dmeans)
    features.meansBackward(dmeans, into: dfeatures, pooling: test.pooling)
    return result.loss * scale
      + test.options.attentionRegularization * result.attentionPenalty * attentionScale
  }

  @Test(
    "gradients of parameters and features are the finite differences of the loss, in double",
    arguments: Case.all)
  func gradientMatchesFiniteDifference(test: Case) {
    var generator = SplitMix64(seed: 1)
    let parameters = ParameterSet<Double>(test.configuration)
    parameters.initialize(using: &generator)
    for name in parameters.names { parameters[name].scale(by: 2) }
    let values = makeFeatures()
    let gradient = ParameterSet<Double>(test.configuration)
    let dvalues = Matrix<Double>(values.rows, values.columns)
    _ = loss(test, parameters, values, gradient: gradient, dvalues: dvalues)

    let unused = ParameterSet<Double>(test.configuration)
    let unusedValues = Matrix<Double>(values.rows, values.columns)
    func check(_ name: String, _ matrix: Matrix<Double>, _ gradient: Matrix<Double>) {
      let epsilon = 1e-5
      for row in 0..<matrix.rows {
        for column in 0..<matrix.columns {
          let value = matrix[row, column]
          matrix[row, column] = value + epsilon
          let above = loss(test, parameters, values, gradient: unused, dvalues: unusedValues)
          matrix[row, column] = value - epsilon
          let below = loss(test, parameters, values, gradient: unused, dvalues: unusedValues)
          matrix[row, column] = value
          let difference = (above - below) / (2 * epsilon)
          #expect(
            abs(gradient[row, column] - difference) < 1e-8 + 1e-6 * abs(difference),
            "\(name)[\(row), \(column)]: \(gradient[row, column]) and \(difference)")
        }
      }
    }
    for name in parameters.names where !name.contains("running") {
      check(name, parameters[name], gradient[name])
    }
    check("features", values, dvalues)
  }
}
