public import Compute

/// Knowing When to Look (Lu and others 2017): an LSTM that looks after it has stepped, at the cells
/// or at its visual sentinel.
///
/// V = relu(context_projection(features)) and g = relu(global_projection(mean feature)); the cell's
/// input is x = [embedding, g]; the sentinel is s = σ(W_x·x + W_h·h_previous) ⊙ tanh(memory). Scores
/// of the cells are full(activation(encoder(V) + decoder(h))), the sentinel's
/// full(activation(sentinel_att(s) + decoder(h))); α over the cells and β, the sentinel's weight, are
/// one softmax. The next word is read from h + Σ α·V + β·s.
public struct AdaptiveAttention: CaptionDecoder {
  public let configuration: DecoderConfiguration
  public let parameters: ParameterSet<Float>
  let wordLayers: WordLayers
  let attentionLayer: AttentionLayer<Float>
  let sentinelLayer: SentinelLayer<Float>

  public init(_ configuration: DecoderConfiguration, _ parameters: ParameterSet<Float>) {
    precondition(configuration.architecture == .adaptive)
    self.configuration = configuration
    self.parameters = parameters
    wordLayers = WordLayers(configuration, parameters)
    attentionLayer = AttentionLayer(parameters, configuration, packing: .forward)
    sentinelLayer = SentinelLayer(parameters, packing: .forward)
  }

  public func open(_ features: FeatureBatch<Float>, rows: Int) -> any DecodingSession {
    AdaptiveSession(self, features, rows: rows)
  }
}

/// The state of a batch under ``AdaptiveAttention``.
final class AdaptiveSession: DecodingSession {
  private let step: WordStep
  private let attentionLayer: AttentionLayer<Float>
  private let sentinelLayer: SentinelLayer<Float>
  private let keys: FeatureBatch<Float>
  private let values: FeatureBatch<Float>
  /// g of each image, [images, embedding].
  private let globals: Matrix<Float>

  private let input: Matrix<Float>
  private let gate: Matrix<Float>
  private let memory: Matrix<Float>
  private let sentinelKey: Matrix<Float>
  private let query: Matrix<Float>
  /// α and, in the last column, β.
  private let weights: Matrix<Float>
  private let output: Matrix<Float>
  private let embeddingSize: Int

  init(_ model: AdaptiveAttention, _ features: FeatureBatch<Float>, rows: Int) {
    let configuration = model.configuration
    let parameters = model.parameters
    embeddingSize = configuration.embeddingSize
    let means = features.means(rows: Matrix<Float>.paddedRowCount(features.images))
    step = WordStep(configuration, model.wordLayers, features, means: means, rows: rows)
    attentionLayer = model.attentionLayer
    sentinelLayer = model.sentinelLayer
    values = features.project(LinearLayer(parameters, "context_projection"))
    values.values.relu()
    keys = values.project(attentionLayer.encoder)
    globals = Matrix(means.rows, embeddingSize)
    LinearLayer(parameters, "global_projection").forward(means, into: globals)
    globals.relu()

    let (rows, hidden) = (step.capacity, configuration.hiddenSize)
    input = Matrix(rows, embeddingSize + configuration.contextSize)
    gate = Matrix(rows, hidden)
    memory = Matrix(rows, hidden)
    sentinelKey = Matrix(rows, configuration.attentionSize)
    query = Matrix(rows, configuration.attentionSize)
    weights = Matrix(rows, features.cells + 1)
    output = Matrix(rows, hidden)
  }

  var cells: Int { keys.cells }
  var attention: Matrix<Float> { weights[rows: 0..<step.state.rows][columns: 0..<cells] }
  var sentinel: Matrix<Float>? {
    weights[rows: 0..<step.state.rows][columns: cells..<cells + 1]
  }

  func select(parents: [Int]) { step.state.select(parents: parents) }

  func step(words: [Int]) -> Matrix<Float> {
    let state = step.state
    let rows = state.all
    let input = input[rows: rows]
    input[columns: 0..<embeddingSize].copy(from: step.embed(words))
    let context = input[columns: embeddingSize..<input.columns]
    context.gather(globals, rows: state.images)

    let gate = gate[rows: rows]
    sentinelLayer.gate(input, state.hidden, into: gate)
    step.advance(input[columns: 0..<embeddingSize], context: context)
    let memory = memory[rows: rows]
    memory.copy(from: state.cell)
    memory.tanh()
    let sentinel = gate
    sentinel.multiply(gate, memory)

    let (query, sentinelKey, output) = (
      query[rows: rows], sentinelKey[rows: rows], output[rows: rows]
    )
    attentionLayer.decoder.forward(state.hidden, into: query)
    sentinelLayer.key.forward(sentinel, into: sentinelKey)
    output.copy(from: state.hidden)
    for (image, rows) in state.imageRows {
      let weights = weights[rows: rows]
      attentionLayer.scoreWithSentinel(
        keys: keys[image], sentinelKeys: sentinelKey[rows: rows], queries: query[rows: rows],
        into: weights)
      weights.softmax()
      output[rows: rows].weightedSums(
        weights[columns: 0..<cells], values[image], accumulate: true)
    }
    for row in 0..<state.rows {
      output[rows: row..<row + 1].add(sentinel[rows: row..<row + 1], scale: weights[row, cells])
    }
    return step.logits(output)
  }
}
