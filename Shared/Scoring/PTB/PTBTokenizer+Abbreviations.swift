extension PTBTokenizer {
  /// An abbreviation with its full stop.
  func abbreviation(at start: Int) -> Match? {
    let end = run(from: start, while: isLetter)
    guard end > start, isOne(of: ".", end) else { return nil }
    if end == start + 1 { return startsSentence(after: end + 1) ? nil : Match(to: end + 1) }
    if let degree = Self.degrees.lazy.compactMap({ self.end(of: $0, at: start) }).first {
      return Match(to: degree, reach: degree + 2)
    }
    let text = text(start..<end)
    let lower = text.lowercased()
    if Self.titles.contains(lower) { return Match(to: end + 1) }
    if Self.others.contains(lower) || Self.exactCase.contains(text) {
      return Match(to: end + 1, reach: end + 3)
    }
    if Self.beforeNumbers.contains(lower) {
      let number = isBlank(end + 1) ? end + 2 : end + 1
      if isDigit(number) { return Match(to: end + 1, reach: number + 1) }
    }
    return nil
  }

  /// Single letters with full stops, at least two: U.S., p.m., e.g.
  func initials(at start: Int) -> Match? {
    var end = start
    while isLetter(end), isOne(of: ".", end + 1) { end += 2 }
    return end >= start + 4 ? Match(to: end) : nil
  }

  /// Whether blanks and then a word follow that rather starts a sentence than continues a name.
  private func startsSentence(after end: Int) -> Bool {
    let start = run(from: end, while: isBlank)
    guard start > end, start < limit else { return false }
    if isOne(of: "<", start) { return markup(at: start).map { isBlank($0.end) } ?? false }
    let letters = run(from: start, while: isLetter)
    let wordEnd = isOne(of: ".", letters) ? letters + 1 : letters
    guard isUppercase(start), isBlank(wordEnd) else { return false }
    let word = text(start..<wordEnd)
    let lower = word.lowercased()
    let isRegular = word == word.uppercased() || word.dropFirst() == lower.dropFirst()
    return isRegular && Self.sentenceStarters.contains(lower)
  }

  private static let degrees = ["ph.d.", "ed.d."]

  /// Those that come before a name, and a few more.
  private static let titles = words(
    """
    adj adm adv alex assoc asst atty ave brig capt cf cie cmdr col cpl dept det dr drs elec ens \
    ft gen gov govs hon insp invt jos lt maj messrs mlle mme mr mrs ms msgr mt natl pfc ph pres \
    prof profs pvt rep reps rev sen sens sfc sgt spc st ste supt treas vs wm
    """)

  private static let others = words(
    """
    al ala apr ariz assn aug bhd bldg blvd bros calif co colo conn corp cos ct dak dec esq est \
    etc ext feb fla fri ga inc ind intl jan jr jul jun kan kans ky ltd mar md mich minn mo mon \
    mont neb nev nov oct okla penn plc rd rt sep sept seq sq sr sys tel tenn thu thurs tue tues \
    univ va vt wed wis wisc wyo
    """)

  /// Those that are words too unless written so.
  private static let exactCase = words(
    """
    ARK AZ Ark Az DEL Del ILL Ill LA La MASS MISS Mass Mfg Miss Mtg ORE Ore PA Pa Ppte Ppty Pte \
    Ptes Pty Ptys TEX Tex WASH Wash mfg mtg ppte ppty pte ptes pty ptys
    """)

  /// Those that keep their full stop before a number only.
  private static let beforeNumbers = words("art ca fig figs no nos op pp prop")

  private static let sentenceStarters = words(
    """
    a about according additionally after an as at but earlier he her here however if in it last \
    many more mr. ms. now once one other our she since so some such that the their then there \
    these they this we what when while yet you
    """)

  private static func words(_ text: String) -> Set<String> {
    Set(text.split(separator: " ").map(String.init))
  }
}
