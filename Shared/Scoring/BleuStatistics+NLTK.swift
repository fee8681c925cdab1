import Glibc

extension BleuStatistics {
  /// `corpus_bleu` with uniform weights for one to four orders at once.
  func nltkScores(
    _ smoothing: BleuDefinition.NLTKSmoothing
  ) throws(ScoringError) -> [Double] {
    guard matches[0] > 0 else { return [0, 0, 0, 0] }
    let brevity =
      candidateLength > referenceLength
      ? 1 : exp(1 - Double(referenceLength) / Double(candidateLength))
    let logs = try smoothedPrecisions(smoothing).map { $0 > 0 ? log($0) : 0 }
    return (1...4).map { order in
      let weight = 1 / Double(order)
      return brevity * exp(logs.prefix(order).reduce(0) { $0 + weight * $1 })
    }
  }

  /// The four precisions. Called with at least one unigram match.
  private func smoothedPrecisions(
    _ smoothing: BleuDefinition.NLTKSmoothing
  ) throws(ScoringError) -> [Double] {
    let precisions = (0..<4).map { Double(matches[$0]) / Double(paddedTotals[$0]) }
    switch smoothing {
    case .none:
      return precisions.map { $0 == 0 ? .leastNormalMagnitude : $0 }
    case .epsilon:
      return replacingZeros { _ in 0.1 }
    case .addOne:
      return (0..<4).map { index in
        index == 0
          ? precisions[0] : Double(matches[index] + 1) / Double(paddedTotals[index] + 1)
      }
    case .geometric:
      return replacingZeros { 1 / pow(2, Double($0)) }
    case .shortened:
      return shortened()
    case .averaged:
      return averaged(precisions)
    case .extrapolated:
      return try extrapolated(precisions)
    case .shortenedAveraged:
      return averaged(shortened())
    }
  }

  /// The precisions, with `count` of k in place of the k-th count of zero.
  private func replacingZeros(by count: (_ k: Int) -> Double) -> [Double] {
    var zeros = 0
    return (0..<4).map { index in
      guard matches[index] == 0 else { return Double(matches[index]) / Double(paddedTotals[index]) }
      zeros += 1
      return count(zeros) / Double(paddedTotals[index])
    }
  }

  /// NLTK's method 4. A corpus of one word is left as it is, since ln 1 = 0.
  private func shortened() -> [Double] {
    let length = Double(candidateLength)
    return replacingZeros { length > 1 ? 1 / (pow(2, Double($0)) * 5 / log(length)) : 0 }
  }

  /// NLTK's method 5: m_n = (m_(n−1) + p_n + p_(n+1)) / 3 from m_0 = p_1 + 1.
  private func averaged(_ precisions: [Double]) -> [Double] {
    let next = precisions.dropFirst() + [lastFiveGramPrecision()]
    var previous = precisions[0] + 1
    return zip(precisions, next).map { precision, next in
      previous = (previous + precision + next) / 3
      return previous
    }
  }

  /// NLTK's method 6, α = 5; the corpus' matches are set against the last hypothesis' n-grams.
  private func extrapolated(_ precisions: [Double]) throws(ScoringError) -> [Double] {
    guard matches[2] > 0 else {
      throw ScoringError(
        .undefinedScore,
        "NLTK's smoothing 6 is not defined where no trigram matches; choose another smoothing")
    }
    let alpha = 5.0
    let lastTotals = NGramCounts.totals(wordCount: lastCandidate.count)
    var result = precisions
    for index in 2..<4 {
      let prior = result[index - 1] * result[index - 1] / result[index - 2]
      result[index] =
        (Double(matches[index]) + alpha * prior) / (Double(lastTotals[index]) + alpha)
    }
    return result
  }

  /// The clipped precision of the last sentence's n-grams of five words.
  private func lastFiveGramPrecision() -> Double {
    func counts(_ words: [WordID]) -> [ArraySlice<WordID>: Int] {
      guard words.count >= 5 else { return [:] }
      return (0...(words.count - 5)).reduce(into: [:]) { $0[words[$1..<($1 + 5)], default: 0] += 1 }
    }
    let references = lastReferences.map(counts)
    let matches = counts(lastCandidate).reduce(0) { sum, entry in
      if entry.key.contains(.unknown) { return sum }
      return sum + min(entry.value, references.map { $0[entry.key] ?? 0 }.max() ?? 0)
    }
    return Double(matches) / Double(max(1, lastCandidate.count - 4))
  }
}
