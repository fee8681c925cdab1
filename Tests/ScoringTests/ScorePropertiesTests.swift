import Testing

@testable import Scoring

@Suite("What must hold for all scores")
struct ScorePropertiesTests {
  static let definitions: [BleuDefinition] =
    [.coco] + BleuDefinition.NLTKSmoothing.allCases.filter { $0 != .extrapolated }.map { .nltk($0) }
    + BleuDefinition.SacreBleuSmoothing.allCases.map { .sacrebleu($0) }

  @Test("merged parts score as the whole", arguments: 0..<20)
  func mergeEqualsSequence(seed: Int) throws {
    var random = SplitMix64(state: UInt64(seed))
    let pairs = random.pairs(30)
    let cut = Int.random(in: 0...30, using: &random)
    var merged = ScoreAccumulator(pairs[..<cut])
    merged.merge(ScoreAccumulator(pairs[cut...]))
    let whole = ScoreAccumulator(pairs)
    #expect(merged.sentenceCount == whole.sentenceCount)
    for definition in Self.definitions {
      #expect(try merged.report(bleu: definition) == whole.report(bleu: definition))
    }

    var first = ScoreAccumulator(pairs[..<cut]).bleu
    first.merge(ScoreAccumulator(pairs[cut...]).bleu)
    for definition in Self.definitions {
      #expect(try first.scores(by: definition) == whole.bleu.scores(by: definition))
    }
  }

  @Test("the order of the references does not matter", arguments: 0..<20)
  func referencesCommute(seed: Int) throws {
    var random = SplitMix64(state: UInt64(seed))
    let pairs = random.pairs(20)
    let shuffled = pairs.map { ($0.candidate, $0.references.shuffled(using: &random)) }
    for definition in Self.definitions {
      let one = try ScoreAccumulator(pairs).report(bleu: definition)
      let other = try ScoreAccumulator(shuffled).report(bleu: definition)
      #expect(agree(one.bleu, other.bleu))
      #expect(agree(one.rougeL, other.rougeL))
      #expect(agree(one.cider, other.cider))
    }
  }

  @Test("a reference more never lowers a sentence's matches or its ROUGE-L", arguments: 0..<20)
  func moreReferencesMatchMore(seed: Int) {
    var random = SplitMix64(state: UInt64(seed))
    var lexicon = Lexicon()
    for (candidate, references) in random.pairs(20) {
      let candidate = lexicon.candidate(words(candidate))
      let all = references.map { lexicon.reference(words($0)) }
      let counts = NGramCounts(candidate: candidate)
      var before = SIMD4<Int>.zero
      var rouge = 0.0
      for count in all.indices {
        let some = Array(all[...count])
        let matches = counts.clippedMatches(in: some.map(NGramCounts.init(reference:)))
        #expect((0..<4).allSatisfy { matches[$0] >= before[$0] })
        #expect(RougeL.score(candidate: candidate, references: some) >= rouge - 1e-15)
        before = matches
        rouge = RougeL.score(candidate: candidate, references: some)
      }
    }
  }

  @Test("scores stay on their scales", arguments: 0..<20)
  func scales(seed: Int) throws {
    var random = SplitMix64(state: UInt64(seed))
    let scores = try ScoreAccumulator(random.pairs(30)).sentenceScores()
    for score in scores {
      #expect(score.bleu.allSatisfy { (0...1.0000001).contains($0) })
      #expect((0...1.0000001).contains(score.rougeL))
      #expect((0...10.000001).contains(score.cider))
    }
  }

  @Test("a sentence that equals its reference scores full marks")
  func identical() throws {
    let sentences = ["a black dog runs fast", "two men sit on a bench", "the cat looks at a bird"]
    let accumulator = ScoreAccumulator(sentences.map { ($0, [$0]) })
    let report = try accumulator.report()
    #expect(report.bleu.allSatisfy { abs($0 - 1) < 1e-8 })
    #expect(abs(report.rougeL - 1) < 1e-12)
    #expect(abs(report.cider - 10) < 1e-9)
    #expect(try accumulator.bleu.scores(by: .nltk(.none)) == [1, 1, 1, 1])
  }

  @Test("words are compared by their bytes, as Python compares them")
  func canonicalEquivalence() throws {
    let report = try ScoreAccumulator([("caf\u{E9}", ["cafe\u{301}"])]).report()
    #expect(report.rougeL == 0)
  }

  @Test("<unk> in a hypothesis never matches", arguments: definitions)
  func unknown(definition: BleuDefinition) throws {
    let references = ["a <unk> runs <unk> here now", "the <unk> sits"]
    let others = ("a cat sits here", ["a cat sits", "the cat sits here"])
    // A word that no reference holds is what <unk> must equal.
    let unknown = ScoreAccumulator([("a <unk> runs <unk>", references), others])
    let strange = ScoreAccumulator([("a zebra runs zebra", references), others])
    #expect(try unknown.report(bleu: definition) == strange.report(bleu: definition))
    #expect(try ScoreAccumulator([("<unk>", ["<unk>"])]).report(bleu: definition).rougeL == 0)

    let id = WordID.unknown
    #expect(RougeL.score(candidate: [id], references: [[id]]) == 0)
    var statistics = BleuStatistics()
    statistics.add(candidate: [id, id, id, id, id], references: [[id, id, id, id, id]])
    #expect(statistics.matches == .zero)
    #expect(try statistics.scores(by: definition)[3] < 1e-5)
  }

  @Test("nothing to score is an error of its own")
  func nothing() {
    let error = #expect(throws: ScoringError.self) { try ScoreAccumulator().report() }
    #expect(error?.code == .noSentences)
  }
}
