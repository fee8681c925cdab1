/// The counts that BLEU is computed from. They add up: a corpus' counts are the sum of its
/// sentences', so no sentence needs to be kept, and parts counted apart can be merged.
///
/// Common to all definitions: matches are clipped to the greatest count over the references, and
/// the reference length is the one closest to the hypothesis', the shorter on a tie.
public struct BleuStatistics: Sendable {
  /// Sentences counted so far.
  public private(set) var sentenceCount = 0
  /// Words of the hypotheses.
  public private(set) var candidateLength = 0
  /// Words of the closest references.
  public private(set) var referenceLength = 0
  /// Clipped matches for n-grams of one to four words.
  public private(set) var matches = SIMD4<Int>.zero
  /// n-grams of the hypotheses, of one to four words.
  public private(set) var totals = SIMD4<Int>.zero
  /// As `totals`, but where a hypothesis has none of an order it still adds 1, as NLTK counts.
  private(set) var paddedTotals = SIMD4<Int>.zero
  /// Two of NLTK's smoothing functions look at the corpus' last sentence.
  private(set) var lastCandidate: [WordID] = []
  private(set) var lastReferences: [[WordID]] = []

  public init() {}

  /// Counts one more sentence.
  ///
  /// - Precondition: there is at least one reference.
  public mutating func add(candidate: [WordID], references: [[WordID]]) {
    let counts = NGramCounts(candidate: candidate)
    add(
      matches: counts.clippedMatches(in: references.map(NGramCounts.init(reference:))),
      candidate: candidate, references: references)
  }

  /// Counts one more sentence whose matches are known.
  mutating func add(matches: SIMD4<Int>, candidate: [WordID], references: [[WordID]]) {
    precondition(!references.isEmpty, "a sentence is scored against at least one reference")
    let totals = NGramCounts.totals(wordCount: candidate.count)
    sentenceCount += 1
    candidateLength += candidate.count
    referenceLength += Self.closestLength(to: candidate.count, among: references)
    self.matches &+= matches
    self.totals &+= totals
    paddedTotals &+= pointwiseMax(totals, .one)
    lastCandidate = candidate
    lastReferences = references
  }

  /// Adds the counts of sentences that follow these.
  public mutating func merge(_ other: BleuStatistics) {
    guard other.sentenceCount > 0 else { return }
    sentenceCount += other.sentenceCount
    candidateLength += other.candidateLength
    referenceLength += other.referenceLength
    matches &+= other.matches
    totals &+= other.totals
    paddedTotals &+= other.paddedTotals
    lastCandidate = other.lastCandidate
    lastReferences = other.lastReferences
  }

  private static func closestLength(to length: Int, among references: [[WordID]]) -> Int {
    references.map(\.count).min { one, other in
      (abs(one - length), one) < (abs(other - length), other)
    } ?? 0
  }
}
