import Compute
import Decoders
import Foundation
import Testing

@Suite("Options of the search")
struct SearchOptionTests {
  private let set = Golden.value

  private func search(width: Int) -> BeamSearch {
    BeamSearch(
      width: width, maximumLength: set.longest, excludedWords: set.excluded, start: set.start,
      end: set.end)
  }

  @Test("no run of words comes twice where that is blocked", arguments: 1...3)
  func blockedNGrams(count: Int) {
    var repeats = 0
    for golden in set.cases {
      for width in [1, 3] {
        var search = search(width: width)
        // So that captions get long enough to repeat themselves.
        search.excludedWords.append(set.end)
        for blocked in [0, count] {
          search.blockedNGram = blocked
          for caption in search.captions(set.features(golden), with: set.decoder(golden)) {
            let words = caption.best.words
            let runs = words.indices.dropLast(count - 1).map { Array(words[$0..<$0 + count]) }
            let isRepeating = Set(runs).count < runs.count
            if blocked == 0 { repeats += isRepeating ? 1 : 0 } else { #expect(!isRepeating) }
          }
        }
      }
    }
    #expect(repeats > 0, "nothing repeated itself to begin with")
  }

  @Test("ended beams are ranked by their score over a power of their length", arguments: [0.5, 1])
  func lengthNormalization(alpha: Double) {
    var changed = 0
    for golden in set.cases {
      var search = search(width: 5)
      search.endsWhenDecided = false
      let plain = search.captions(set.features(golden), with: set.decoder(golden))
      search.lengthNormalization = alpha
      let normalized = search.captions(set.features(golden), with: set.decoder(golden))
      for (plain, normalized) in zip(plain, normalized) {
        func rank(_ beam: DecodedCaption.Beam) -> Double {
          let words = Double(beam.words.count + (beam.finished ? 1 : 0))
          return Double(beam.logProbability) / (alpha == 1 ? words : words.squareRoot())
        }
        let ended = normalized.beams.filter(\.finished).map(rank)
        #expect(zip(ended, ended.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(Set(plain.beams.map(\.words)) == Set(normalized.beams.map(\.words)))
        if plain.best.words != normalized.best.words { changed += 1 }
      }
    }
    #expect(changed > 0, "no caption was chosen another way")
  }

  @Test("an ensemble's step is the mean of its members' probabilities")
  func ensembleMeans() {
    let members = [set.cases[0], set.cases[1], set.cases[6]]
    func sessions() -> [any DecodingSession] {
      members.map { set.decoder($0).open(set.features($0), rows: 3) }
    }
    let ensemble = EnsembleSession(sessions())
    let alone = sessions()
    for words in [[set.start, set.start, set.start], [1, 2, 3], [4, 4, 4]] {
      let found = ensemble.step(words: words)
      var expected = [Float](repeating: 0, count: found.count)
      for session in alone {
        let logits = session.step(words: words)
        logits.softmax()
        for (index, probability) in logits.elements.enumerated() {
          expected[index] += probability / Float(alone.count)
        }
      }
      for (index, value) in found.elements.enumerated() {
        #expect(abs(exp(value) - expected[index]) < 1e-6)
      }
      ensemble.select(parents: [2, 0, 1])
      for session in alone { session.select(parents: [2, 0, 1]) }
    }
    #expect(ensemble.cells == set.cells)
  }

  @Test("several of the same caption as one alone", arguments: Golden.value.cases)
  func ensembleOfOneself(golden: Golden.Case) {
    let search = search(width: 3)
    let features = set.features(golden)
    let alone = search.captions(features, with: set.decoder(golden))
    let sessions = (0..<3).map { _ in
      set.decoder(golden).open(features, rows: features.images * search.width)
    }
    let together = search.captions(images: features.images, EnsembleSession(sessions))
    #expect(alone.map(\.best.words) == together.map(\.best.words))
  }
}
