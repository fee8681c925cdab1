import Scoring
import Testing

@Suite("Sentences become words")
struct TokenizationTests {
  /// A sentence, and its words by the program that defines them.
  struct Row: Decodable {
    let sentence: String
    let words: [String]

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      sentence = try container.decode(String.self)
      words = try container.decode([String].self)
    }
  }

  @Test("ptb equals coco-caption's words for a thousand sentences")
  func golden() throws {
    let rows = try Fixture.decoded([Row].self, from: "ptb.json")
    #expect(rows.count > 900)
    for row in rows {
      #expect(Tokenization.ptb.words(of: row.sentence) == row.words, "\(row.sentence)")
    }
  }

  @Test("ptb takes any characters, and loses no ASCII word between blanks", arguments: 0..<20)
  func anyCharacters(seed: Int) {
    var random = SplitMix64(state: UInt64(seed))
    let pieces: [Unicode.Scalar] = Array(
      "abnstNST015.'-/&_@#$,:; !?\"()<>[]{}=+*%\\^|~`\u{2019}\u{201C}\u{AD}\u{E9}\u{300}\u{1F600}\n\0"
        .unicodeScalars)
    for _ in 0..<500 {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...12, using: &random) {
        let any = Unicode.Scalar(UInt32.random(in: 0...0x10_FFFF, using: &random))
        let isAny = Int.random(in: 0..<8, using: &random) == 0
        text.append(isAny ? any ?? " " : pieces.randomElement(using: &random)!)
      }
      let words = Tokenization.ptb.words(of: "start " + String(text) + " end")
      #expect(words.first == "start" && words.last == "end")
      #expect(words.allSatisfy { !$0.isEmpty && !$0.contains(" ") })
    }
  }

  /// Rules that look to the line's end from every place would take hours for this one.
  @Test(
    "ptb needs time in proportion to the line, whatever it holds", arguments: ["a;", "<!a", "("])
  func longLine(piece: String) {
    let words = Tokenization.ptb.words(of: String(repeating: piece, count: 5_000))
    #expect(words.count >= 5_000)
  }

  @Test("ptb cuts what no token is as long as")
  func longToken() {
    let words = Tokenization.ptb.words(of: String(repeating: "a", count: 1_000) + " b")
    #expect(words.joined() == String(repeating: "a", count: 1_000) + "b")
    #expect(words.last == "b")
  }

  @Test(
    "none splits as Python's str.split does",
    arguments: [
      ("", []), ("  ", []), ("a", ["a"]), (" a\tb \r\n c ", ["a", "b", "c"]),
      ("a\u{A0}b\u{3000}c\u{1F}d\u{2028}e", ["a", "b", "c", "d", "e"]),
      // Neither is white space to Python.
      ("a\u{200B}b\u{FEFF}c", ["a\u{200B}b\u{FEFF}c"]), ("A, b.", ["A,", "b."]),
    ])
  func none(text: String, words: [String]) {
    #expect(Tokenization.none.words(of: text) == words)
  }
}
