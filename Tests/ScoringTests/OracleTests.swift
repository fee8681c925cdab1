import Foundation
import Testing

@testable import Scoring

/// The plain way to count and to weigh, on arrays of strings, as the oracle of the packed one.
private enum Plain {
  static func counts(_ words: [String], order: Int) -> [[String]: Int] {
    guard words.count >= order else { return [:] }
    return (0...(words.count - order)).reduce(into: [:]) {
      $0[Array(words[$1..<($1 + order)]), default: 0] += 1
    }
  }

  static func matches(_ candidate: [String], _ references: [[String]], order: Int) -> Int {
    counts(candidate, order: order).reduce(0) { sum, entry in
      let most = references.map { counts($0, order: order)[entry.key] ?? 0 }.max() ?? 0
      return sum + min(entry.value, most)
    }
  }

  /// CIDEr-D as the paper's equations read, with coco-caption's choices.
  static func cider(_ candidate: [String], _ references: [[String]], corpus: [[[String]]]) -> Double
  {
    func vector(_ words: [String], order: Int) -> [[String]: Double] {
      var vector: [[String]: Double] = [:]
      for (ngram, count) in counts(words, order: order) {
        let documents = corpus.count { $0.contains { counts($0, order: order)[ngram] != nil } }
        let idf = log(Double(corpus.count)) - log(max(1, Double(documents)))
        vector[ngram] = Double(count) * idf
      }
      return vector
    }
    var sum = 0.0
    for order in 1...4 {
      let one = vector(candidate, order: order)
      for reference in references {
        let other = vector(reference, order: order)
        let product = one.reduce(0) {
          $0 + min($1.value, other[$1.key] ?? 0) * (other[$1.key] ?? 0)
        }
        let norms = [one, other].map { $0.values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        let gap = Double(max(0, candidate.count - 1) - max(0, reference.count - 1))
        if norms[0] > 0 && norms[1] > 0 {
          sum += product / (norms[0] * norms[1]) * exp(-gap * gap / 72) / Double(references.count)
        }
      }
    }
    return 10 * sum / 4
  }

  static func commonLength(_ one: ArraySlice<String>, _ other: ArraySlice<String>) -> Int {
    guard let first = one.first, !other.isEmpty else { return 0 }
    let without = commonLength(one.dropFirst(), other)
    guard let place = other.firstIndex(of: first) else { return without }
    return max(without, 1 + commonLength(one.dropFirst(), other[(place + 1)...]))
  }
}

@Suite("The fast counts equal the plain ones")
struct OracleTests {
  @Test("clipped matches of all orders", arguments: 0..<20)
  func matches(seed: Int) {
    var random = SplitMix64(state: UInt64(seed))
    var lexicon = Lexicon()
    for (candidate, references) in random.pairs(20) {
      let counts = NGramCounts(candidate: lexicon.candidate(words(candidate)))
      let others = references.map { NGramCounts(reference: lexicon.reference(words($0))) }
      let matches = counts.clippedMatches(in: others)
      for order in 1...4 {
        let plain = Plain.matches(words(candidate), references.map(words), order: order)
        #expect(matches[order - 1] == plain)
      }
      #expect(
        NGramCounts.totals(wordCount: counts.wordCount).wrappedSum()
          == counts.entries.reduce(0) { $0 + $1.count })
    }
  }

  @Test("ROUGE-L's longest common subsequence", arguments: 0..<20)
  func rouge(seed: Int) {
    var random = SplitMix64(state: UInt64(seed))
    var lexicon = Lexicon()
    for (candidate, references) in random.pairs(20) where !candidate.isEmpty {
      let one = words(candidate)
      let other = words(references[0])
      let common = Double(Plain.commonLength(one[...], other[...]))
      let precision = common / Double(one.count)
      let recall = common / Double(other.count)
      let expected =
        common == 0 ? 0 : 2.44 * precision * recall / (recall + 1.44 * precision)
      let score = RougeL.score(
        candidate: lexicon.candidate(one), references: [lexicon.reference(other)])
      #expect(agree(score, expected))
    }
  }

  /// As in training: the frequencies come from one corpus, the captions that are scored do not.
  @Test("CIDEr-D as a reward, with frequencies of another corpus", arguments: 0..<10)
  func reward(seed: Int) {
    var random = SplitMix64(state: UInt64(seed))
    var lexicon = Lexicon()
    let corpus = random.pairs(15).map { $0.references.map(words) }
    var frequencies = DocumentFrequencies()
    for references in corpus {
      frequencies.add(references: references.map { lexicon.reference($0) })
    }
    #expect(frequencies.documentCount == corpus.count)

    let cider = CiderD(frequencies: frequencies)
    for (candidate, texts) in random.pairs(10) {
      let references = cider.references(texts.map { lexicon.reference(words($0)) })
      let score = cider.score(lexicon.candidate(words(candidate)), against: references)
      let expected = Plain.cider(words(candidate), texts.map(words), corpus: corpus)
      #expect(agree(score, expected))
    }
  }

  @Test("document frequencies count an n-gram once an image")
  func frequencies() {
    var lexicon = Lexicon()
    var frequencies = DocumentFrequencies()
    for image in [["a dog a dog", "a dog"], ["a cat"], ["the dog"]] {
      frequencies.add(references: image.map { lexicon.reference(words($0)) })
    }
    func frequency(_ text: String) -> Int {
      frequencies.frequency(of: lexicon.reference(words(text)))
    }
    #expect(frequency("a") == 2)
    #expect(frequency("dog") == 2)
    #expect(frequency("a dog") == 1)
    #expect(frequency("a dog a dog") == 1)
    #expect(frequency("zebra") == 0)
  }

  @Test("words given as numbers score as words given as text")
  func numbers() {
    var lexicon = Lexicon()
    let text = [lexicon.reference(words("a dog runs")), lexicon.reference(words("a cat runs"))]
    let numbers = [[7, 0, 9], [7, 2, 9]].map { $0.map { WordID($0) } }
    let one = RougeL.score(candidate: text[0], references: [text[1]])
    #expect(one == RougeL.score(candidate: numbers[0], references: [numbers[1]]))
    let matches = NGramCounts(candidate: numbers[0])
      .clippedMatches(in: [NGramCounts(reference: numbers[1])])
    #expect(matches == SIMD4(2, 0, 0, 0))
  }
}
