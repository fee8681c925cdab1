public import Compute

/// Show, Attend and Tell (Xu and others 2015) with soft attention and an LSTM.
///
/// h₀ and c₀ are linear layers of the mean feature; at each step
/// α = softmax(full(relu(encoder(features) + decoder(h)))), and the cell's input is the word's
/// embedding beside the context, which ``DecoderConfiguration/Context`` says how to make.
public struct AttendAndTell: CaptionDecoder {
  public let configuration: DecoderConfiguration
  public let parameters: ParameterSet<Float>

  public init(_ configuration: DecoderConfiguration, _ parameters: ParameterSet<Float>) {
    precondition(configuration.architecture == .attend)
    self.configuration = configuration
    self.parameters = parameters
  }

  public func open(_ features: FeatureBatch<Float>, rows: Int) -> any DecodingSession {
    AttendSession(self, features, rows: rows)
  }
}

/// The state of a batch under ``AttendAndTell``; everything that a step needs is allocated once.
final class AttendSession: DecodingSession {
  private let features: FeatureBatch<Float>
  private let context: DecoderConfiguration.Context
  private let embedding: Matrix<Float>
  private let recurrent: RecurrentLayer<Float>
  private let attentionLayer: AttentionLayer<Float>
  private let gateLayer: LinearLayer<Float>?
  private let vocabularyLayer: LinearLayer<Float>
  /// encoder(features), [images × cells, attention size]: once an image, not once a step.
  private let keys: Matrix<Float>
  /// What α weighs, [images × cells, context size]: the features, or their projection, which comes
  /// to the same as projecting the context since α sums to 1.
  private let values: Matrix<Float>
  private let state: RecurrentState

  private let embedded: Matrix<Float>
  private let query: Matrix<Float>
  private let weights: Matrix<Float>
  private let contextVector: Matrix<Float>
  private let gate: Matrix<Float>
  private let gates: Matrix<Float>
  private let logits: Matrix<Float>

  init(_ model: AttendAndTell, _ features: FeatureBatch<Float>, rows: Int) {
    let configuration = model.configuration
    let parameters = model.parameters
    precondition(features.values.columns == configuration.featureSize, "features of another size")
    self.features = features
    context = configuration.context
    embedding = parameters["embedding.weight"]
    recurrent = RecurrentLayer(parameters, embeddingSize: configuration.embeddingSize)
    attentionLayer = AttentionLayer(parameters)
    vocabularyLayer = LinearLayer(parameters, "fc")

    keys = features.project(attentionLayer.encoder)
    switch context {
    case .gated:
      gateLayer = LinearLayer(parameters, "f_beta")
      values = features.values
    case .projected:
      gateLayer = nil
      values = features.project(LinearLayer(parameters, "context_projection"))
    }

    let means = features.means(rows: Matrix<Float>.paddedRowCount(features.images))
    let hidden = Matrix<Float>(means.rows, configuration.hiddenSize)
    let cell = Matrix<Float>(means.rows, configuration.hiddenSize)
    LinearLayer(parameters, "init_h").forward(means, into: hidden)
    LinearLayer(parameters, "init_c").forward(means, into: cell)
    state = RecurrentState(
      images: features.images, initialHidden: hidden, initialCell: cell, capacity: rows)

    let rows = Matrix<Float>.paddedRowCount(max(rows, features.images))
    embedded = Matrix(rows, configuration.embeddingSize)
    query = Matrix(rows, configuration.attentionSize)
    weights = Matrix(rows, features.cells)
    contextVector = Matrix(rows, configuration.contextSize)
    gate = Matrix(rows, context == .gated ? configuration.contextSize : 0)
    gates = Matrix(rows, 4 * configuration.hiddenSize)
    logits = Matrix(rows, configuration.vocabularySize)
  }

  var cells: Int { features.cells }
  var attention: Matrix<Float> { weights[rows: 0..<state.rows] }

  func select(parents: [Int]) { state.select(parents: parents) }

  func step(words: [Int]) -> Matrix<Float> {
    let rows = state.padded
    let hidden = state.hidden
    let embedded = embedded[rows: rows]
    let query = query[rows: rows]
    let contextVector = contextVector[rows: rows]
    let gates = gates[rows: rows]
    let logits = logits[rows: rows]

    attentionLayer.decoder.forward(hidden, into: query)
    for (row, image) in state.images.enumerated() {
      weights[rows: row..<row + 1].attentionScores(
        keys: features.image(image, of: keys), query: query[rows: row..<row + 1],
        w: attentionLayer.full.weight, bias: attentionLayer.full.bias[0, 0])
    }
    attention.softmax()
    for (row, image) in state.images.enumerated() {
      contextVector[rows: row..<row + 1].rowProduct(
        weights[rows: row..<row + 1], features.image(image, of: values))
    }
    if let gateLayer {
      let gate = gate[rows: rows]
      gateLayer.forward(hidden, into: gate)
      gate.sigmoid()
      contextVector.multiply(contextVector, gate)
    }

    embedded[rows: 0..<words.count].gather(embedding, rows: words)
    gates.product(embedded, recurrent.embeddingWeight, transposeB: true)
    gates.product(contextVector, recurrent.contextWeight, transposeB: true, accumulate: true)
    gates.product(hidden, recurrent.hiddenWeight, transposeB: true, accumulate: true)
    gates.addBias(recurrent.inputBias)
    gates.addBias(recurrent.hiddenBias)
    state.advance(gates: gates)
    vocabularyLayer.forward(state.hidden, into: logits)
    return logits[rows: 0..<state.rows]
  }
}
