import Compute

/// What every decoder does at a step: the words' embeddings enter the recurrent cell, and the
/// vocabulary layer reads what comes out. Everything that a step needs is allocated once.
final class WordStep {
  let state: RecurrentState
  private let embedding: Matrix<Float>
  let recurrent: RecurrentLayer<Float>
  private let vocabularyLayer: LinearLayer<Float>
  private let embeddedBuffer: Matrix<Float>
  private let gatesBuffer: Matrix<Float>
  private let logitsBuffer: Matrix<Float>
  /// Rows that buffers of the session need.
  let capacity: Int

  init(
    _ configuration: DecoderConfiguration, _ parameters: ParameterSet<Float>,
    _ features: FeatureBatch<Float>, means: Matrix<Float>, rows: Int
  ) {
    precondition(features.values.columns == configuration.featureSize, "features of another size")
    state = RecurrentState(
      images: features.images, initial: InitialStateLayer(parameters, configuration).infer(means),
      capacity: rows)
    embedding = parameters["embedding.weight"]
    recurrent = RecurrentLayer(parameters, configuration)
    vocabularyLayer = LinearLayer(parameters, "fc")
    capacity = Matrix<Float>.paddedRowCount(max(rows, features.images))
    embeddedBuffer = Matrix(capacity, configuration.embeddingSize)
    gatesBuffer = Matrix(capacity, configuration.cell.workingGates * configuration.hiddenSize)
    logitsBuffer = Matrix(capacity, configuration.vocabularySize)
  }

  /// The words' embeddings, [padded rows, embedding].
  func embed(_ words: [Int]) -> Matrix<Float> {
    let embedded = embeddedBuffer[rows: state.padded]
    embedded[rows: 0..<words.count].gather(embedding, rows: words)
    return embedded
  }

  /// Steps the cell on embeddings and, where the decoder has one, a context.
  func advance(_ embedded: Matrix<Float>, context: Matrix<Float>? = nil) {
    let gates = gatesBuffer[rows: state.padded]
    recurrent.begin(embedded, into: gates)
    if let context { recurrent.addContext(context, into: gates) }
    state.advance(recurrent, gates: gates)
  }

  /// The logits of the next word, [rows, vocabulary], from what the cell put out.
  func logits(_ output: Matrix<Float>) -> Matrix<Float> {
    let logits = logitsBuffer[rows: state.padded]
    vocabularyLayer.forward(output, into: logits)
    return logits[rows: 0..<state.rows]
  }
}
