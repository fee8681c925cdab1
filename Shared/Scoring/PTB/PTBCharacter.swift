/// What the tokenizer takes a character for.
enum PTBCharacter {
  /// White space, and every character that CoreNLP 3.4.1 cannot tokenize: it drops those, emoji
  /// and all else beyond the Basic Multilingual Plane among them.
  case separator
  case letter
  case digit
  /// Continues a word of letters, not one that holds hyphens or starts with a digit.
  case mark
  /// Stands alone unless a rule says otherwise.
  case symbol

  init(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x61...0x7A, 0x41...0x5A: self = .letter
    case 0x30...0x39: self = .digit
    case 0x21...0x7E: self = .symbol
    case 0x80, 0x91...0x94, 0x96, 0x97: self = .symbol
    case 0...0xA0, 0x1_0000...: self = .separator
    default: self.init(beyondASCII: scalar)
    }
  }

  private init(beyondASCII scalar: Unicode.Scalar) {
    let value = scalar.value
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      self = Self.isKnown(scalar) ? .letter : .separator
    case .decimalNumber:
      self = Self.isKnown(scalar) ? .digit : .separator
    case .nonspacingMark, .spacingMark, .modifierSymbol:
      self = Self.marks.contains { $0.contains(value) } ? .mark : .init(symbol: value)
    default:
      self.init(symbol: value)
    }
  }

  private init(symbol value: UInt32) {
    self = Self.symbols.contains { $0.contains(value) } ? .symbol : .separator
  }

  /// Whether the character is as old as the tokenizer's Unicode tables.
  private static func isKnown(_ scalar: Unicode.Scalar) -> Bool {
    guard let age = scalar.properties.age else { return false }
    return age.major < 6 || age.major == 6 && age.minor <= 1
  }

  /// Where the marks that it knows lie.
  private static let marks: [ClosedRange<UInt32>] = [0x2C2...0x7F3, 0x900...0xE4E]

  /// Where the symbols that it knows lie: Latin-1, punctuation, currency, arrows, mathematics,
  /// pictures and their wide forms.
  private static let symbols: [ClosedRange<UInt32>] = [
    0xA1...0xBF, 0xD7...0xD7, 0xF7...0xF7, 0x37E...0x37E, 0x387...0x387, 0x589...0x589,
    0x60C...0x60C, 0x61B...0x61F, 0x66A...0x66D, 0xE3F...0xE3F, 0x2013...0x2023,
    0x2026...0x2026, 0x2030...0x203B, 0x203E...0x2042, 0x2044...0x2044, 0x2070...0x208E,
    0x20A0...0x20A0, 0x20A4...0x20A4, 0x20AC...0x20AC, 0x2100...0x214F, 0x2153...0x215E,
    0x2190...0x2426, 0x2440...0x244A, 0x2460...0x2BFF, 0x3001...0x3002, 0x30FB...0x30FB,
    0xFF01...0xFF65, 0xFFE0...0xFFE1, 0xFFE5...0xFFE6,
  ]
}
