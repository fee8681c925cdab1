public import Compute

/// Show, Attend and Tell (Xu and others 2015) with soft attention.
///
/// The first state is a linear layer of the mean feature; at each step
/// α = softmax(full(activation(encoder(features) + decoder(h)))), and the cell's input is the word's
/// embedding beside the context, which ``DecoderConfiguration/Context`` says how to make.
public struct AttendAndTell: CaptionDecoder {
  public let configuration: DecoderConfiguration
  public let parameters: ParameterSet<Float>
  let wordLayers: WordLayers
  let attentionLayer: AttentionLayer<Float>
  let gateLayer: LinearLayer<Float>?

  public init(_ configuration: DecoderConfiguration, _ parameters: ParameterSet<Float>) {
    precondition(configuration.architecture == .attend)
    self.configuration = configuration
    self.parameters = parameters
    wordLayers = WordLayers(configuration, parameters)
    attentionLayer = AttentionLayer(parameters, configuration, packing: .forward)
    gateLayer =
      configuration.context == .gated
      ? LinearLayer(parameters, "f_beta", packing: .forward) : nil
  }

  public func open(_ features: FeatureBatch<Float>, rows: Int) -> any DecodingSession {
    AttendSession(self, features, rows: rows)
  }
}

/// The state of a batch under ``AttendAndTell``; everything that a step needs is allocated once.
final class AttendSession: DecodingSession {
  private let features: FeatureBatch<Float>
  private let step: WordStep
  private let attentionLayer: AttentionLayer<Float>
  private let gateLayer: LinearLayer<Float>?
  private let pooling: GridPooling?
  /// encoder(features), [images × attended cells, attention size]: once an image, not once a step.
  private let keys: FeatureBatch<Float>
  /// What α weighs, [images × cells, context size]: the features, or their projection, which comes
  /// to the same as projecting the context since α sums to 1.
  private let values: FeatureBatch<Float>

  private let query: Matrix<Float>
  private let weights: Matrix<Float>
  /// α over the feature map's own cells, where ``weights`` are over a pooled grid.
  private let nativeWeights: Matrix<Float>
  private let context: Matrix<Float>
  private let gate: Matrix<Float>

  init(_ model: AttendAndTell, _ features: FeatureBatch<Float>, rows: Int) {
    let configuration = model.configuration
    self.features = features
    pooling = configuration.pooling
    let means = features.means(
      rows: Matrix<Float>.paddedRowCount(features.images), pooling: configuration.pooling)
    step = WordStep(configuration, model.wordLayers, features, means: means, rows: rows)
    attentionLayer = model.attentionLayer
    keys = features.project(attentionLayer.encoder).pooled(configuration.pooling)
    gateLayer = model.gateLayer
    values =
      configuration.context == .projected
      ? features.project(LinearLayer(model.parameters, "context_projection")) : features

    let rows = step.capacity
    query = Matrix(rows, configuration.attentionSize)
    weights = Matrix(rows, keys.cells)
    nativeWeights = pooling == nil ? weights : Matrix(rows, features.cells)
    context = Matrix(rows, configuration.contextSize)
    gate = Matrix(rows, gateLayer == nil ? 0 : configuration.contextSize)
  }

  var cells: Int { keys.cells }
  var attention: Matrix<Float> { weights[rows: 0..<step.state.rows] }
  let sentinel: Matrix<Float>? = nil

  func select(parents: [Int]) { step.state.select(parents: parents) }

  func step(words: [Int]) -> Matrix<Float> {
    let state = step.state
    let query = query[rows: state.all]
    let context = context[rows: state.all]
    attentionLayer.decoder.forward(state.hidden, into: query)
    let imageRows = state.imageRows
    for (image, rows) in imageRows {
      attentionLayer.score(
        keys: keys[image], queries: query[rows: rows], into: weights[rows: rows])
    }
    attention.softmax()
    pooling?.fold(attention, into: nativeWeights[rows: state.all])
    for (image, rows) in imageRows {
      context[rows: rows].weightedSums(nativeWeights[rows: rows], values[image])
    }
    if let gateLayer {
      let gate = gate[rows: state.all]
      gateLayer.forward(state.hidden, into: gate)
      gate.sigmoid()
      context.multiply(context, gate)
    }
    step.advance(step.embed(words), context: context)
    return step.logits(state.hidden)
  }
}
