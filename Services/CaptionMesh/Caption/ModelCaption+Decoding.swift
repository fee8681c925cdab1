import Decoders
import Features
import MeshAPI
import Reporting
import Tensor
import Vocabulary

extension ModelCaption {
  /// What beam search found, under the model's name.
  init(_ beam: DecodedCaption.Beam, of checkpoint: Checkpoint, model: String) {
    let words = checkpoint.vocabulary.words(of: beam.words)
    let features = checkpoint.features
    self.init(
      model: model,
      words: words.indices.map { Word(words[$0], attention: beam.attention[$0]) },
      rows: features.gridHeight, columns: features.gridWidth,
      logProbability: Double(beam.logProbability))
  }

  /// What the mesh answered. Attention of another shape than the grid's is left out.
  init(_ result: CaptionResult, model: String) {
    let cells = result.grid.rows * result.grid.columns
    let maps = result.attention.flatMap { attention in
      attention.shape == [result.tokens.count, cells] && attention.elementType == .float32
        ? attention.array(of: Float.self) : nil
    }
    self.init(
      model: model,
      words: result.tokens.indices.map { index in
        Word(
          result.tokens[index],
          attention: maps.map { Array($0[index * cells..<(index + 1) * cells]) } ?? [])
      },
      rows: result.grid.rows, columns: result.grid.columns,
      logProbability: result.logProbability)
  }
}
