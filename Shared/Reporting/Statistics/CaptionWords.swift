/// The words of a caption, as the analysis sees them.
struct CaptionWords {
  /// Words that a sentence may need twice.
  private static let functionWords: Set<String> = [
    "a", "an", "the", "in", "on", "of", "and", "with", "is", "are", "to", "at", "by", "while",
    "his", "her", "their", "its", "from", "for", "as", "into", "over", "through", "up", "another",
  ]

  let words: [String]

  init(_ caption: String) { words = caption.split(separator: " ").map { $0.lowercased() } }

  /// Whether a word that carries meaning stands in it more than once.
  var repeats: Bool {
    var seen: Set<String> = []
    return words.contains { !Self.functionWords.contains($0) && !seen.insert($0).inserted }
  }

  /// Distinct words in both, of the distinct words in either; 1 for two empty captions.
  func overlap(_ other: CaptionWords) -> Double {
    let (own, others) = (Set(words), Set(other.words))
    let all = own.union(others).count
    return all == 0 ? 1 : Double(own.intersection(others).count) / Double(all)
  }
}
