import Decoders
import Glibc
import MeshAPI
import Reporting
import Tensor
import Vocabulary

extension ModelCaption {
  /// What beam search found, under the model's name.
  init(_ beam: DecodedCaption.Beam, of checkpoint: Checkpoint, model: String) {
    let words = checkpoint.vocabulary.words(of: beam.words)
    let grid = checkpoint.attentionGrid
    self.init(
      model: model,
      words: words.indices.map { index in
        Word(
          words[index], attention: beam.attention[index],
          sentinel: beam.sentinel.isEmpty ? nil : beam.sentinel[index],
          probability: exp(Double(beam.wordLogProbabilities[index])))
      },
      rows: grid.rows, columns: grid.columns, logProbability: Double(beam.logProbability))
  }

  /// What the mesh answered. Attention of another shape than the grid's is left out.
  init(_ result: CaptionResult, model: String) {
    let count = result.tokens.count
    let cells = result.grid.rows * result.grid.columns
    let maps = result.attention.flatMap { Self.numbers($0, [count, cells]) }
    let probabilities = result.wordLogProbabilities
    let sentinel = result.sentinel.flatMap { Self.numbers($0, [count]) }
    self.init(
      model: model,
      words: result.tokens.indices.map { index in
        Word(
          result.tokens[index],
          attention: maps.map { Array($0[index * cells..<(index + 1) * cells]) } ?? [],
          sentinel: sentinel?[index],
          probability: probabilities.count == count ? exp(probabilities[index]) : nil)
      },
      rows: result.grid.rows, columns: result.grid.columns,
      logProbability: result.logProbability)
  }

  private static func numbers(_ tensor: Tensor, _ shape: Shape) -> [Float]? {
    tensor.shape == shape && tensor.elementType == .float32 ? tensor.array(of: Float.self) : nil
  }
}
