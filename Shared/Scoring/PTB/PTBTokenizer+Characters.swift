extension PTBTokenizer {
  static let softHyphen: UInt32 = 0xAD

  /// The character at a place, and a line feed beyond the limit.
  func code(_ index: Int) -> UInt32 { index < limit ? codes[index] : 0x0A }

  func kind(_ index: Int) -> PTBCharacter { index < limit ? kinds[index] : .separator }

  /// The character at a place as ASCII, or 0.
  func ascii(_ index: Int) -> UInt8 {
    let code = code(index)
    return code < 0x80 ? UInt8(code) : 0
  }

  /// White space, the end of the line included, but no character that is merely dropped.
  func isBlank(_ index: Int) -> Bool {
    let code = code(index)
    return code <= 0x20 || code == 0xA0 || (0x2000...0x200A).contains(code) || code == 0x3000
  }

  /// A letter in the ASCII sense.
  func isLetter(_ index: Int) -> Bool {
    let lower = ascii(index) | 0x20
    return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
  }

  func isUppercase(_ index: Int) -> Bool { isLetter(index) && ascii(index) & 0x20 == 0 }

  func isDigit(_ index: Int) -> Bool { kind(index) == .digit }

  /// A letter or a digit of any script.
  func isAlphanumeric(_ index: Int) -> Bool {
    kind(index) == .letter || kind(index) == .digit
  }

  func isASCIIAlphanumeric(_ index: Int) -> Bool { isAlphanumeric(index) && code(index) < 0x80 }

  /// An apostrophe, as typed or as word processors write it.
  func isApostrophe(_ index: Int) -> Bool {
    let code = code(index)
    return code == 0x27 || code == 0x2019 || code == 0x92
  }

  /// An apostrophe, or a single quotation mark that stands for one inside a word.
  func isApostropheOrQuote(_ index: Int) -> Bool {
    let code = code(index)
    return isApostrophe(index) || code == 0x60 || code == 0x2018 || code == 0x201B || code == 0x91
  }

  /// Whether the characters are one of those given.
  func isOne(of characters: String, _ index: Int) -> Bool {
    let character = ascii(index)
    return character != 0 && characters.utf8.contains(character)
  }

  /// Where the ASCII text, compared without regard to case, ends when it stands at a place.
  func end(of text: String, at start: Int) -> Int? {
    var index = start
    for byte in text.utf8 {
      let character = ascii(index)
      let lower = isLetter(index) ? character | 0x20 : character
      guard lower == byte else { return nil }
      index += 1
    }
    return index
  }

  /// Where a run of characters ends.
  func run(from start: Int, while condition: (Int) -> Bool) -> Int {
    var end = start
    while end < limit && condition(end) { end += 1 }
    return end
  }

  /// Where a run of letters and digits ends, soft hyphens inside it included.
  func alphanumericRun(from start: Int) -> Int {
    run(from: start) { isAlphanumeric($0) || $0 > start && code($0) == Self.softHyphen }
  }

  /// Where a run of letters ends, combining marks included.
  func letterRun(from start: Int) -> Int {
    run(from: start) { kind($0) == .letter || kind($0) == .mark }
  }

  /// Where a run of word characters ends, combining marks included.
  func wordRun(from start: Int) -> Int {
    run(from: start) {
      isAlphanumeric($0) || kind($0) == .mark || $0 > start && code($0) == Self.softHyphen
    }
  }
}
