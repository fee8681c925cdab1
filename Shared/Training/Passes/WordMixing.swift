import Compute

/// Scheduled sampling (Bengio and others 2015) in two passes over all steps at once, as Mihaylova
/// and Martins (2019) do it: the first, under teacher forcing, says what the model would have
/// written at each place; the second is fed a mixture of that and of the captions.
struct WordMixing: Sendable {
  /// That a word that is fed is the model's own.
  var probability: Double
  /// Ids that are never fed in place of a word.
  var excluded: [Int]
}

extension CaptionBatch {
  /// Replaces inputs beyond `<start>` by words drawn from the logits [N, V] of the step before,
  /// which are used up.
  mutating func mixInputs(
    _ logits: Matrix<Float>, _ mixing: WordMixing, using generator: inout SplitMix64
  ) {
    for id in mixing.excluded {
      for row in 0..<logits.rows { logits[row, id] = -.infinity }
    }
    logits.softmax()
    let steps = packedRows
    for (step, rows) in steps.enumerated().dropFirst() {
      for (caption, row) in rows.enumerated() {
        if Double.random(in: 0..<1, using: &generator) >= mixing.probability { continue }
        let before = steps[step - 1].lowerBound + caption
        inputs[row] = logits[rows: before..<before + 1].draw(
          Float.random(in: 0..<1, using: &generator))
      }
    }
  }
}
