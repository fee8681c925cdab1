public import Compute

/// Show and Tell (Vinyals and others 2015) with an LSTM whose first state, h₀ and c₀, is a
/// batch-normalised linear layer of the mean feature (Ioffe and Szegedy 2015, inference mode); the
/// input of a step is the word's embedding alone.
public struct ShowAndTell: CaptionDecoder {
  public let configuration: DecoderConfiguration
  public let parameters: ParameterSet<Float>

  public init(_ configuration: DecoderConfiguration, _ parameters: ParameterSet<Float>) {
    precondition(configuration.architecture == .tell)
    self.configuration = configuration
    self.parameters = parameters
  }

  public func open(_ features: FeatureBatch<Float>, rows: Int) -> any DecodingSession {
    TellSession(self, features, rows: rows)
  }
}

/// The state of a batch under ``ShowAndTell``.
final class TellSession: DecodingSession {
  private let embedding: Matrix<Float>
  private let recurrent: RecurrentLayer<Float>
  private let vocabularyLayer: LinearLayer<Float>
  private let state: RecurrentState
  private let embedded: Matrix<Float>
  private let gates: Matrix<Float>
  private let logits: Matrix<Float>

  init(_ model: ShowAndTell, _ features: FeatureBatch<Float>, rows: Int) {
    let configuration = model.configuration
    let parameters = model.parameters
    precondition(features.values.columns == configuration.featureSize, "features of another size")
    embedding = parameters["embedding.weight"]
    recurrent = RecurrentLayer(parameters, embeddingSize: configuration.embeddingSize)
    vocabularyLayer = LinearLayer(parameters, "fc")

    let means = features.means(rows: Matrix<Float>.paddedRowCount(features.images))
    func initial(_ name: String) -> Matrix<Float> {
      let state = Matrix<Float>(means.rows, configuration.hiddenSize)
      LinearLayer(parameters, name).forward(means, into: state)
      BatchNorm(parameters, "\(name)_norm").infer(state)
      return state
    }
    self.state = RecurrentState(
      images: features.images, initialHidden: initial("init_h"), initialCell: initial("init_c"),
      capacity: rows)

    let rows = Matrix<Float>.paddedRowCount(max(rows, features.images))
    embedded = Matrix(rows, configuration.embeddingSize)
    gates = Matrix(rows, 4 * configuration.hiddenSize)
    logits = Matrix(rows, configuration.vocabularySize)
  }

  let cells = 0
  var attention: Matrix<Float> { Matrix(state.rows, 0) }

  func select(parents: [Int]) { state.select(parents: parents) }

  func step(words: [Int]) -> Matrix<Float> {
    let rows = state.padded
    let embedded = embedded[rows: rows]
    let gates = gates[rows: rows]
    let logits = logits[rows: rows]
    embedded[rows: 0..<words.count].gather(embedding, rows: words)
    gates.product(embedded, recurrent.embeddingWeight, transposeB: true)
    gates.product(state.hidden, recurrent.hiddenWeight, transposeB: true, accumulate: true)
    gates.addBias(recurrent.inputBias)
    gates.addBias(recurrent.hiddenBias)
    state.advance(gates: gates)
    vocabularyLayer.forward(state.hidden, into: logits)
    return logits[rows: 0..<state.rows]
  }
}

/// Batch normalisation of [rows, features] with its running statistics and PyTorch's epsilon.
struct BatchNorm<Scalar: Real> {
  static var epsilon: Double { 1e-5 }

  let weight: Matrix<Scalar>
  let bias: Matrix<Scalar>
  let runningMean: Matrix<Scalar>
  let runningVariance: Matrix<Scalar>

  init(_ parameters: ParameterSet<Scalar>, _ name: String) {
    weight = parameters["\(name).weight"]
    bias = parameters["\(name).bias"]
    runningMean = parameters["\(name).running_mean"]
    runningVariance = parameters["\(name).running_var"]
  }

  /// Normalises each column by the running statistics, in place.
  func infer(_ x: Matrix<Scalar>) {
    for column in 0..<x.columns {
      let scale =
        weight[0, column] / (runningVariance[0, column] + Scalar(Self.epsilon)).squareRoot()
      let shift = bias[0, column] - runningMean[0, column] * scale
      for row in 0..<x.rows { x[row, column] = x[row, column] * scale + shift }
    }
  }
}
