extension PTBTokenizer {
  /// What any one character, or a run of the same, becomes when no other rule fits.
  func symbol(at start: Int) -> Match {
    if let text = quotes(at: start) { return Match(to: start + 2, text: text) }
    if let text = Self.replacements[code(start)] { return Match(to: start + 1, text: text) }
    switch ascii(start) {
    case UInt8(ascii: "!"), UInt8(ascii: "?"):
      return Match(to: run(from: start) { isOne(of: "!?", $0) })
    case UInt8(ascii: "_"), UInt8(ascii: "#"), UInt8(ascii: "@"), UInt8(ascii: "*"):
      return Match(to: run(from: start) { code($0) == code(start) })
    case UInt8(ascii: "<"), UInt8(ascii: ">"):
      return Match(to: code(start + 1) == code(start) ? start + 2 : start + 1)
    case UInt8(ascii: "\\"):
      return Match(to: isOne(of: "*", start + 1) ? start + 2 : start + 1)
    case UInt8(ascii: "'"), UInt8(ascii: "`"):
      return Match(to: code(start + 1) == code(start) ? start + 2 : start + 1)
    case UInt8(ascii: "."):
      let end = min(run(from: start) { isOne(of: ".", $0) }, start + 5)
      return end >= start + 3 ? Match(to: end, text: "...") : Match(to: start + 1)
    case UInt8(ascii: "-"):
      if let bracket = Self.brackets.lazy.compactMap({ self.end(of: $0, at: start) }).first {
        return Match(to: bracket)
      }
      let end = run(from: start) { isOne(of: "-", $0) }
      return Match(to: end, text: end > start + 1 ? "--" : "-")
    default:
      return Match(to: start + 1)
    }
  }

  /// Brackets get their names in the Penn Treebank, quotation marks and dashes their ASCII forms,
  /// currencies the signs that the Treebank knows.
  private static let replacements: [UInt32: String] = [
    0x28: "-lrb-", 0x29: "-rrb-", 0x5B: "-lsb-", 0x5D: "-rsb-", 0x7B: "-lcb-", 0x7D: "-rcb-",
    0x22: "''",
    0x2013: "--", 0x2014: "--", 0x2015: "--", 0x96: "--", 0x97: "--", softHyphen: "-",
    0x2026: "...",
    0xA2: "cents", 0xA3: "#", 0xA4: "$", 0x20A0: "$", 0x20AC: "$", 0x80: "$",
    0xBC: "1/4", 0xBD: "1/2", 0xBE: "3/4", 0x2153: "1/3", 0x2154: "2/3",
  ].merging(quotationMarks) { first, _ in first }

  /// Two typographic quotation marks are one token, whatever they are.
  private func quotes(at start: Int) -> String? {
    guard let first = Self.quotationMarks[code(start)],
      let second = Self.quotationMarks[code(start + 1)]
    else { return nil }
    return first + second
  }

  private static let quotationMarks: [UInt32: String] = [
    0x60: "`", 0x2018: "`", 0x201B: "`", 0x2039: "`", 0x91: "`",
    0x2019: "'", 0x203A: "'", 0x92: "'",
    0x201C: "``", 0xAB: "``", 0x93: "``", 0x201D: "''", 0xBB: "''", 0x94: "''",
    0x201A: "\u{201A}", 0x201E: "\u{201E}", 0x201F: "\u{201F}",
  ]

  private static let brackets = ["-lrb-", "-rrb-", "-lsb-", "-rsb-", "-lcb-", "-rcb-"]

  /// Words that start with an apostrophe: 's, 'em, '90s, 'til, 'twas.
  func apostrophe(at start: Int) -> Match? {
    guard isApostrophe(start) else { return nil }
    if code(start) == 0x27,
      let end = end(of: "tis", at: start + 1) ?? end(of: "twas", at: start + 1)
    {
      return Match(to: start + 2, reach: end)
    }
    let isTypographic = code(start) != 0x27
    if let end = suffix(at: start, beforeLetters: isTypographic) {
      return Match(to: end, reach: end + 1, text: "'" + lowercased(start + 1..<end))
    }
    for text in ["em", "till", "til", "cause"] {
      if let end = end(of: text, at: start + 1) { return Match(to: end) }
    }
    if isOne(of: "nN", start + 1) {
      if isApostrophe(start + 2) { return Match(to: start + 3) }
      if isTypographic { return Match(to: start + 2) }
      if isBlank(start + 2) { return Match(to: start + 2, reach: start + 3) }
    }
    if isDigit(start + 1), isDigit(start + 2) {
      if isOne(of: "0", start + 2), isOne(of: "sS", start + 3) { return Match(to: start + 4) }
      if isBlank(start + 3) { return Match(to: start + 3, reach: start + 4) }
    }
    return nil
  }

  /// Faces: :-), ;P, ^_^, (>_<). A letter or digit after the mouth makes it none.
  func emoticon(at start: Int) -> Match? {
    let eyes = "'-=^~x<>"
    if isOne(of: eyes, start), isOne(of: "_", start + 1), isOne(of: eyes, start + 2) {
      return Match(to: start + 3)
    }
    if isOne(of: "(", start), isOne(of: eyes, start + 1) {
      for right in [start + 2, start + 3] where isOne(of: eyes, right) {
        guard isOne(of: ")", right + 1), right == start + 2 || isOne(of: "-_.", start + 2) else {
          continue
        }
        return Match(
          to: right + 2, text: "-lrb-" + lowercased(start + 1..<right + 1) + "-rrb-")
      }
    }
    var index = isOne(of: "<>", start) ? start + 1 : start
    guard isOne(of: ":;=", index) else { return nil }
    index += 1
    for mouth in isOne(of: "-o*'", index) ? [index + 1, index] : [index] {
      if isOne(of: "()[]{|\\@dDpPO", mouth), !isLetter(mouth + 1) && !isDigit(mouth + 1) {
        let bracket = isOne(of: "(", mouth) ? "-lrb-" : isOne(of: ")", mouth) ? "-rrb-" : nil
        return Match(
          to: mouth + 1, reach: mouth + 2,
          text: bracket.map { lowercased(start..<mouth) + $0 })
      }
    }
    return nil
  }
}
