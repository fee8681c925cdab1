/// The lines of a small text file: a first one that says what it is, and then entries of words,
/// comments, which begin with `#`, and empty lines.
struct TextLines {
  struct Entry {
    /// From 1.
    let number: Int
    let words: [Substring]
  }

  /// The first line without blanks at its ends.
  let first: String
  let entries: [Entry]

  /// Nil for what is not UTF-8.
  init?(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    let words = lines.map { line in
      line.split { $0 == " " || $0 == "\t" || $0 == "\r" }.map { Substring($0) }
    }
    first = words[0].joined(separator: " ")
    entries = words.indices.dropFirst().compactMap { index in
      guard let word = words[index].first, word.utf8.first != UInt8(ascii: "#") else { return nil }
      return Entry(number: index + 1, words: words[index])
    }
  }
}
