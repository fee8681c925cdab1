/// The words that a captioner knows and their ids, in the layout of the tutorial's `WORDMAP` files:
/// `<pad>` is 0, words follow from 1 in order of first appearance, then `<unk>`, `<start>`, `<end>`.
public struct Vocabulary: Sendable, Equatable {
  /// The word of each id.
  public let words: [String]
  private let ids: [ExactWord: Int]

  /// Ids of the words that are none.
  public let padding: Int
  public let unknown: Int
  public let start: Int
  public let end: Int

  /// A vocabulary with the given word for each id.
  ///
  /// - Throws: ``VocabularyError`` when a word stands twice, or one of `<pad>`, `<unk>`, `<start>`
  ///   and `<end>` is missing.
  public init(words: [String]) throws(VocabularyError) {
    var ids: [ExactWord: Int] = [:]
    ids.reserveCapacity(words.count)
    for (id, word) in words.enumerated() {
      if let first = ids.updateValue(id, forKey: ExactWord(word)) {
        throw VocabularyError(
          code: .duplicate, message: "the word “\(word)” has the ids \(first) and \(id)")
      }
    }
    func special(_ word: String) throws(VocabularyError) -> Int {
      guard let id = ids[ExactWord(word)] else {
        throw VocabularyError(
          code: .incomplete, message: "the vocabulary of \(words.count) words has no \(word)")
      }
      return id
    }
    self.padding = try special("<pad>")
    self.unknown = try special("<unk>")
    self.start = try special("<start>")
    self.end = try special("<end>")
    self.words = words
    self.ids = ids
  }

  /// A vocabulary from words and their ids, as a `WORDMAP` file lists them, in any order.
  ///
  /// - Throws: ``VocabularyError`` `gap` unless the ids are 0 to one less than their number and
  ///   `<pad>` is 0; else as ``init(words:)``.
  public init(wordMap: [(word: String, id: Int)]) throws(VocabularyError) {
    var words = [String?](repeating: nil, count: wordMap.count)
    for (word, id) in wordMap {
      guard words.indices.contains(id) else {
        throw VocabularyError(
          code: .gap, message: "“\(word)” has the id \(id), but there are \(words.count) words")
      }
      if let other = words[id] {
        throw VocabularyError(
          code: .gap, message: "“\(other)” and “\(word)” both have the id \(id)")
      }
      words[id] = word
    }
    // As many different ids as words are there, all in range, so that none is free.
    try self.init(words: words.map { $0! })
    guard padding == 0 else {
      throw VocabularyError(code: .gap, message: "<pad> has the id \(padding), but must have 0")
    }
  }

  /// Counts the words of `captions` and keeps those that stand more than `minimumFrequency` times.
  public init(captions: some Sequence<[String]>, minimumFrequency: Int) {
    var order: [String] = []
    var counts: [ExactWord: Int] = [:]
    for caption in captions {
      for word in caption {
        if counts[ExactWord(word)] == nil { order.append(word) }
        counts[ExactWord(word), default: 0] += 1
      }
    }
    let special = ["<pad>", "<unk>", "<start>", "<end>"]
    let kept = order.filter { counts[ExactWord($0)]! > minimumFrequency && !special.contains($0) }
    let words = ["<pad>"] + kept + ["<unk>", "<start>", "<end>"]
    // The words are distinct and the special ones present by construction.
    self = try! Vocabulary(words: words)
  }

  public var count: Int { words.count }

  /// The id of a word, or that of `<unk>`.
  public func id(of word: String) -> Int { ids[ExactWord(word)] ?? unknown }

  /// Whether it is one of the words.
  public func contains(_ word: String) -> Bool { ids[ExactWord(word)] != nil }

  /// The words of ids.
  public func words(of ids: some Sequence<Int>) -> [String] { ids.map { words[$0] } }
}

/// Why a list of words is no vocabulary.
public struct VocabularyError: Error, CustomStringConvertible {
  public enum Code: String, Sendable { case duplicate, gap, incomplete }
  public var code: Code
  public var message: String
  public var description: String { message }
}
