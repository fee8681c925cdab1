/// Gives every word of the sentences that it sees a number.
///
/// Words are the same when their UTF-8 bytes are, as in the Python programs that define the
/// scores; Unicode's canonical equivalence is not applied.
public struct Lexicon: Sendable {
  /// How vocabularies write a word that they lack.
  public static let unknownWord = "<unk>"

  private var ids: [Bytes: WordID] = [:]
  /// Every word, in the order of its number.
  private(set) var words: [String] = []

  public init() {}

  /// The numbers of a hypothesis' words; `<unk>` becomes ``WordID/unknown``.
  public mutating func candidate(_ words: [String]) -> [WordID] {
    words.map { $0 == Self.unknownWord ? .unknown : id(of: $0) }
  }

  /// The numbers of a reference's words; here `<unk>` is a word like any other.
  public mutating func reference(_ words: [String]) -> [WordID] {
    words.map { id(of: $0) }
  }

  mutating func id(of word: String) -> WordID {
    if let id = ids[Bytes(word)] { return id }
    let id = WordID(words.count)
    ids[Bytes(word)] = id
    words.append(word)
    return id
  }

  /// A string compared and hashed by its bytes.
  private struct Bytes: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (one: Bytes, other: Bytes) -> Bool {
      one.text.utf8.elementsEqual(other.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
      for byte in text.utf8 { hasher.combine(byte) }
      hasher.combine(text.utf8.count)
    }
  }
}
