extension PTBTokenizer {
  /// Digits, with signs before and stops, commas and colons inside: -5, 1,000.50, 3:30, .5.
  func number(at start: Int) -> Match? {
    let unsigned = isOne(of: "+-", start) ? start + 1 : start
    var end = run(from: unsigned, while: isDigit)
    while isOne(of: ".,:", end) || [0x66B, 0x66C, 0x2044].contains(code(end)), isDigit(end + 1) {
      end = run(from: end + 1, while: isDigit)
    }
    return end > unsigned ? Match(to: end) : nil
  }

  /// A whole number and a fraction: 1-1/2, and 1 1/2, which CoreNLP joins by a no-break space.
  func fraction(at start: Int) -> Match? {
    guard let whole = digits(1...4, at: start), isOne(of: "- ", whole) || code(whole) == 0xA0,
      let numerator = digits(1...4, at: whole + 1), isOne(of: "/", numerator),
      let denominator = digits(1...4, at: numerator + 1)
    else { return nil }
    let separator = isOne(of: "-", whole) ? "-" : "\u{A0}"
    return Match(
      to: denominator,
      text: lowercased(start..<whole) + separator + lowercased(whole + 1..<denominator))
  }

  /// A day, a month and a year, between hyphens or slashes: 12/25-2003.
  func date(at start: Int) -> Match? {
    guard let first = digits(1...2, at: start), isOne(of: "-/", first),
      let second = digits(1...2, at: first + 1), isOne(of: "-/", second)
    else { return nil }
    let end = run(from: second + 1, while: isDigit)
    return end >= second + 3 ? Match(to: min(end, second + 5)) : nil
  }

  /// A telephone number that starts with its area code in brackets: (555) 123-4567. Its blanks
  /// become no-break spaces.
  func telephone(at start: Int) -> Match? {
    guard isOne(of: "(", start), let area = digits(2...3, at: start + 1), isOne(of: ")", area)
    else { return nil }
    let isSpaced = isOne(of: " ", area + 1) || code(area + 1) == 0xA0
    guard let exchange = digits(3...4, at: area + (isSpaced ? 2 : 1)), isOne(of: "- ", exchange),
      let line = digits(3...5, at: exchange + 1)
    else { return nil }
    let rest = lowercased(area + 1..<line).split(separator: " ", omittingEmptySubsequences: false)
    return Match(
      to: line,
      text: "-lrb-" + lowercased(start + 1..<area) + "-rrb-" + rest.joined(separator: "\u{A0}"))
  }

  /// Where so many ASCII digits end.
  private func digits(_ count: ClosedRange<Int>, at start: Int) -> Int? {
    let end = run(from: start) { isDigit($0) && code($0) < 0x80 }
    return count.contains(end - start) ? end : nil
  }
}
