import Compute

/// What every decoder does at a step: the words' embeddings enter the recurrent cell, and the
/// vocabulary layer reads what comes out. Everything that a step needs is allocated once.
final class WordStep {
  let state: RecurrentState
  private let layers: WordLayers
  private let embeddedBuffer: Matrix<Float>
  private let gatesBuffer: Matrix<Float>
  private let logitsBuffer: Matrix<Float>
  /// Rows that buffers of the session need.
  let capacity: Int

  init(
    _ configuration: DecoderConfiguration, _ layers: WordLayers,
    _ features: FeatureBatch<Float>, means: Matrix<Float>, rows: Int
  ) {
    precondition(features.values.columns == configuration.featureSize, "features of another size")
    state = RecurrentState(
      images: features.images, initial: layers.initial.infer(means),
      capacity: rows)
    self.layers = layers
    capacity = max(rows, features.images)
    embeddedBuffer = Matrix(capacity, configuration.embeddingSize)
    gatesBuffer = Matrix(capacity, configuration.cell.workingGates * configuration.hiddenSize)
    logitsBuffer = Matrix(capacity, configuration.vocabularySize)
  }

  /// The words' embeddings, [rows, embedding].
  func embed(_ words: [Int]) -> Matrix<Float> {
    let embedded = embeddedBuffer[rows: state.all]
    embedded.gather(layers.embedding, rows: words)
    return embedded
  }

  /// Steps the cell on embeddings and, where the decoder has one, a context.
  func advance(_ embedded: Matrix<Float>, context: Matrix<Float>? = nil) {
    let gates = gatesBuffer[rows: state.all]
    layers.recurrent.begin(embedded, into: gates)
    if let context { layers.recurrent.addContext(context, into: gates) }
    state.advance(layers.recurrent, gates: gates)
  }

  /// The logits of the next word, [rows, vocabulary], from what the cell put out.
  func logits(_ output: Matrix<Float>) -> Matrix<Float> {
    let logits = logitsBuffer[rows: state.all]
    layers.vocabulary.forward(output, into: logits)
    return logits
  }
}
