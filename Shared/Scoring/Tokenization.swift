/// How text becomes words.
public enum Tokenization: String, CaseIterable, Sendable {
  /// The text is words already: split at white space, as Python's `str.split` does.
  case none
  /// The Penn Treebank's conventions, as coco-caption applies them to raw captions before it
  /// scores: CoreNLP 3.4.1's `PTBTokenizer`, lower case, punctuation dropped.
  case ptb

  /// The words of one sentence. Line breaks in it are white space.
  public func words(of text: String) -> [String] {
    switch self {
    case .none: Self.splitAtWhiteSpace(text)
    case .ptb: PTBTokenizer.words(of: text)
    }
  }

  private static func splitAtWhiteSpace(_ text: String) -> [String] {
    text.unicodeScalars.split(whereSeparator: isWhiteSpace).map { String($0) }
  }

  /// What Python takes for white space: Unicode's, and the four separators of ASCII.
  private static func isWhiteSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20, 0x09...0x0D, 0x1C...0x1F: true
    case 0..<0x80: false
    default: scalar.properties.isWhitespace
    }
  }
}
