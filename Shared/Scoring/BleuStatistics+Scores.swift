import Glibc

extension BleuStatistics {
  /// BLEU-1 to BLEU-4 by one of the definitions; all 0 when nothing was counted.
  ///
  /// - Throws: ``ScoringError`` for ``BleuDefinition/NLTKSmoothing/extrapolated`` when no trigram
  ///   matches, where NLTK stops too.
  public func scores(by definition: BleuDefinition) throws(ScoringError) -> [Double] {
    guard sentenceCount > 0 else { return [0, 0, 0, 0] }
    return switch definition {
    case .coco: cocoScores()
    case .nltk(let smoothing): try nltkScores(smoothing)
    case .sacrebleu(let smoothing): (1...4).map { sacreBleuScore(order: $0, smoothing) }
    }
  }

  /// coco-caption's formula, with its two small numbers that keep divisions and roots defined.
  private func cocoScores() -> [Double] {
    let tiny = 1e-15
    let small = 1e-9
    let ratio = (Double(candidateLength) + tiny) / (Double(referenceLength) + small)
    let brevity = ratio < 1 ? exp(1 - 1 / ratio) : 1
    var product = 1.0
    return (0..<4).map { index in
      product *= (Double(matches[index]) + tiny) / (Double(totals[index]) + small)
      return pow(product, 1 / Double(index + 1)) * brevity
    }
  }

  /// sacreBLEU's score for n-grams of up to `order` words.
  private func sacreBleuScore(
    order: Int, _ smoothing: BleuDefinition.SacreBleuSmoothing
  ) -> Double {
    guard matches[0] > 0 else { return 0 }
    let brevity =
      candidateLength < referenceLength
      ? exp(1 - Double(referenceLength) / Double(candidateLength)) : 1
    /// What sacreBLEU takes for the logarithm of zero.
    let logOfZero = -9_999_999_999.0
    var precisions = [Double](repeating: 0, count: order)
    var divisor = 1.0
    for index in 0..<order {
      let added = smoothing == .addK && index > 0 ? 1.0 : 0
      let correct = Double(matches[index]) + added
      let total = Double(totals[index]) + added
      if total == 0 { break }
      if correct > 0 {
        precisions[index] = 100 * correct / total
      } else if smoothing == .exp {
        divisor *= 2
        precisions[index] = 100 / (divisor * total)
      } else if smoothing == .floor {
        precisions[index] = 100 * 0.1 / total
      }
    }
    let sum = precisions.reduce(0) { $0 + ($1 == 0 ? logOfZero : log($1)) }
    return brevity * exp(sum / Double(order))
  }
}
