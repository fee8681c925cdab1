import Testing

@testable import Datasets

@Suite("Draws are those of CPython's random")
struct MersenneTwisterTests {
  struct Draws: Decodable {
    let seed: String
    let words, later, choices, shuffled: [Int]
    let samples: [[Int]]
  }

  @Test("words, choices, samples of small and large populations, shuffles")
  func goldens() throws {
    for draws in try Fixtures.json("draws.json", as: [Draws].self) {
      var generator = MersenneTwister(seed: try #require(UInt64(draws.seed)))
      #expect((0..<3).map { _ in Int(generator.word()) } == draws.words, "seed \(draws.seed)")
      let later = (0..<1300).map { _ in Int(generator.word()) }
      #expect(later.suffix(3) == draws.later[...], "seed \(draws.seed)")
      let choices = [1, 2, 3, 7, 64, 65, 1000, 1 << 31].map { generator.below($0) }
      #expect(choices == draws.choices, "seed \(draws.seed)")
      let sizes = [(5, 5), (7, 5), (21, 5), (22, 5), (85, 6), (86, 6), (30, 12), (400, 20)]
      let samples = sizes.map { generator.sample(Array(0..<$0), count: $1) }
      #expect(samples == draws.samples, "seed \(draws.seed)")
      var items = Array(0..<30)
      generator.shuffle(&items)
      #expect(items == draws.shuffled, "seed \(draws.seed)")
    }
  }

  @Test("five of five letters, with a fresh seed")
  func letters() {
    var generator = MersenneTwister(seed: 123)
    let words = (0..<3).map { _ in String(generator.sample(Array("abcde"), count: 5)) }
    #expect(words == ["acebd", "aebcd", "abedc"])
  }
}
