import Scoring
import Testing

/// Whether two scores agree to 1e-9, relative to the greater scale where that is not 1.
func agree(_ one: Double, _ other: Double) -> Bool {
  abs(one - other) <= 1e-9 * max(1, abs(other))
}

func agree(_ some: [Double], _ others: [Double]) -> Bool {
  some.count == others.count && zip(some, others).allSatisfy(agree)
}

/// The words of a sentence.
func words(_ text: String) -> [String] { Tokenization.none.words(of: text) }

extension ScoreAccumulator {
  /// An accumulator that has taken these sentences.
  init(_ pairs: some Sequence<(candidate: String, references: [String])>) {
    self.init()
    for pair in pairs {
      add(candidate: words(pair.candidate), references: pair.references.map(words))
    }
  }
}

/// Steele, Lea and Flood's SplitMix64: the same numbers on every run.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A sentence of up to so many words, taken from these.
  mutating func sentence(of words: [String], upTo count: Int) -> String {
    (0..<Int.random(in: 0...count, using: &self))
      .map { _ in words.randomElement(using: &self)! }.joined(separator: " ")
  }

  /// Hypotheses with one to four references each.
  mutating func pairs(_ count: Int) -> [(candidate: String, references: [String])] {
    let words = ["a", "b", "c", "d", "dog"]
    return (0..<count).map { _ in
      let references = (0..<Int.random(in: 1...4, using: &self)).map { _ in
        "a " + sentence(of: words, upTo: 8)
      }
      return (sentence(of: words, upTo: 9), references)
    }
  }
}
