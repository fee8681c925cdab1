import Scoring
import Testing

@Suite("Scores equal those of the programs that define them")
struct GoldenScoresTests {
  static let corpora = (try? Fixture.decoded(GoldenScores.self, from: "scores.json"))?.corpora ?? []

  @Test("there is something to compare with")
  func fixtureIsThere() { #expect(Self.corpora.count > 30) }

  @Test("coco-caption, the corpus", arguments: corpora)
  func cocoCorpus(_ corpus: GoldenScores.Corpus) throws {
    let report = try accumulator(corpus).report()
    #expect(agree(report.bleu, corpus.bleu))
    #expect(agree(report.rougeL, corpus.rougeL))
    #expect(agree(report.cider, corpus.cider))
  }

  @Test("coco-caption, each sentence", arguments: corpora)
  func cocoSentences(_ corpus: GoldenScores.Corpus) throws {
    let scores = try accumulator(corpus).sentenceScores()
    try #require(scores.count == corpus.sentences.count)
    for (score, sentence) in zip(scores, corpus.sentences) {
      #expect(agree(score.bleu, sentence.bleu))
      #expect(agree(score.rougeL, sentence.rougeL))
      #expect(agree(score.cider, sentence.cider))
    }
  }

  @Test("NLTK's corpus_bleu with each smoothing", arguments: corpora)
  func nltk(_ corpus: GoldenScores.Corpus) throws {
    let statistics = accumulator(corpus).bleu
    for smoothing in BleuDefinition.NLTKSmoothing.allCases {
      if let expected = corpus.nltk[smoothing.rawValue] {
        #expect(agree(try statistics.scores(by: .nltk(smoothing)), expected), "\(smoothing)")
      } else {
        let error = #expect(throws: ScoringError.self) {
          try statistics.scores(by: .nltk(smoothing))
        }
        #expect(error?.code == .undefinedScore)
      }
    }
  }

  @Test("sacreBLEU with each smoothing", arguments: corpora)
  func sacrebleu(_ corpus: GoldenScores.Corpus) throws {
    let statistics = accumulator(corpus).bleu
    for smoothing in BleuDefinition.SacreBleuSmoothing.allCases {
      let expected = try #require(corpus.sacrebleu[smoothing.rawValue])
      #expect(agree(try statistics.scores(by: .sacrebleu(smoothing)), expected), "\(smoothing)")
    }
  }

  /// The same numbers down to the tiny ones, which a tolerance of 1e-9 would not tell from zero.
  @Test("one sentence by every definition, to the last digits")
  func exactRows() throws {
    func bleu4(_ candidate: String, _ reference: String, _ definition: BleuDefinition) throws
      -> Double
    {
      try ScoreAccumulator([(candidate, [reference])]).bleu.scores(by: definition)[3]
    }
    func isClose(_ one: Double, _ other: Double) -> Bool { abs(one - other) <= 1e-12 * other }

    let all: [BleuDefinition] =
      [.coco] + BleuDefinition.NLTKSmoothing.allCases.map { .nltk($0) }
      + BleuDefinition.SacreBleuSmoothing.allCases.map { .sacrebleu($0) }
    for definition in all {
      #expect(try bleu4("", "a dog runs", definition) == 0)
    }

    let rows: [(BleuDefinition, Double)] = [
      (.coco, 2.604077363927929e-12), (.nltk(.none), 1.3203832882211142e-231),
      (.nltk(.epsilon), 0.0823481567964712), (.nltk(.addOne), 0.32744539334076506),
      (.sacrebleu(.none), 0), (.sacrebleu(.floor), 8.23481567964712),
      (.sacrebleu(.addK), 32.74453933407651), (.sacrebleu(.exp), 16.37226966703825),
    ]
    for (definition, expected) in rows {
      #expect(isClose(try bleu4("dog a runs the", "a dog runs fast here", definition), expected))
    }

    #expect(try bleu4("a dog runs fast", "a dog runs fast", .coco) == 0.9999999992291674)
    for smoothing in [BleuDefinition.NLTKSmoothing.none, .epsilon, .addOne] {
      #expect(try bleu4("a dog runs fast", "a dog runs fast", .nltk(smoothing)) == 1)
    }
    for smoothing in BleuDefinition.SacreBleuSmoothing.allCases {
      let score = try bleu4("a dog runs fast", "a dog runs fast", .sacrebleu(smoothing))
      #expect(score == 100.00000000000004)
    }
  }

  private func accumulator(_ corpus: GoldenScores.Corpus) -> ScoreAccumulator {
    ScoreAccumulator(corpus.sentences.map { ($0.candidate, $0.references) })
  }
}
