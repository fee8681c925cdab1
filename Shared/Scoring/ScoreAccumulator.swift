/// Takes sentences one after another and computes all the scores of the corpus.
///
/// BLEU's and ROUGE-L's sums are kept up as sentences come. CIDEr-D needs the document frequencies
/// of the whole corpus before it can score the first sentence, so the sentences stay, as numbers:
/// some 50 bytes each and as much again for every reference.
public struct ScoreAccumulator: Sendable {
  /// The counts that BLEU is computed from.
  public private(set) var bleu = BleuStatistics()
  private var rougeScores: [Double] = []
  private var lexicon = Lexicon()
  private var sentences: [Sentence] = []
  private var frequencies = DocumentFrequencies()

  private struct Sentence {
    let candidate: [WordID]
    let references: [[WordID]]
  }

  public init() {}

  /// The number of sentences taken.
  public var sentenceCount: Int { sentences.count }

  /// Takes one more hypothesis and its references, each as words. `<unk>` in a hypothesis matches
  /// nothing.
  ///
  /// - Precondition: there is at least one reference.
  public mutating func add(candidate: [String], references: [[String]]) {
    add(
      Sentence(
        candidate: lexicon.candidate(candidate),
        references: references.map { lexicon.reference($0) }))
  }

  private mutating func add(_ sentence: Sentence) {
    let candidate = NGramCounts(candidate: sentence.candidate)
    let references = sentence.references.map(NGramCounts.init(reference:))
    bleu.add(
      matches: candidate.clippedMatches(in: references), candidate: sentence.candidate,
      references: sentence.references)
    rougeScores.append(
      RougeL.score(candidate: sentence.candidate, references: sentence.references))
    frequencies.add(references)
    sentences.append(sentence)
  }

  /// Takes the sentences of another accumulator, as if they had come after this one's.
  public mutating func merge(_ other: ScoreAccumulator) {
    let translated = other.lexicon.words.map { lexicon.id(of: $0) }
    func translate(_ words: [WordID]) -> [WordID] {
      words.map { $0 == .unknown ? .unknown : translated[Int($0.code) - 1] }
    }
    for sentence in other.sentences {
      add(
        Sentence(
          candidate: translate(sentence.candidate), references: sentence.references.map(translate)))
    }
  }

  /// The scores of every sentence, in the order they came.
  ///
  /// - Throws: ``ScoringError`` as ``BleuStatistics/scores(by:)`` does.
  public func sentenceScores(
    bleu definition: BleuDefinition = .coco
  ) throws(ScoringError) -> [SentenceScore] {
    let ciderScores = ciderScores()
    var scores: [SentenceScore] = []
    for (index, sentence) in sentences.enumerated() {
      var statistics = BleuStatistics()
      statistics.add(candidate: sentence.candidate, references: sentence.references)
      scores.append(
        SentenceScore(
          bleu: try statistics.scores(by: definition), rougeL: rougeScores[index],
          cider: ciderScores[index]))
    }
    return scores
  }

  /// The scores of the corpus.
  ///
  /// - Throws: ``ScoringError`` when no sentence was taken, or as ``BleuStatistics/scores(by:)``
  ///   does.
  public func report(bleu definition: BleuDefinition = .coco) throws(ScoringError) -> ScoreReport {
    guard sentenceCount > 0 else {
      throw ScoringError(.noSentences, "there is no sentence to score; give at least one")
    }
    let count = Double(sentenceCount)
    return ScoreReport(
      definition: definition, sentenceCount: sentenceCount,
      bleu: try bleu.scores(by: definition),
      rougeL: rougeScores.reduce(0, +) / count, cider: ciderScores().reduce(0, +) / count)
  }

  private func ciderScores() -> [Double] {
    guard sentenceCount > 0 else { return [] }
    let cider = CiderD(frequencies: frequencies)
    return sentences.map { cider.score($0.candidate, against: cider.references($0.references)) }
  }
}
