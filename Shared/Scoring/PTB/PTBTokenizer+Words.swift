extension PTBTokenizer {
  /// A word from its first letter on. Words joined by a stop without a blank are one ("dog.The").
  func word(at start: Int) -> Match? {
    guard kind(start) == .letter || kind(start) == .mark else { return nil }
    var end = wordRun(from: start)
    while isOne(of: ".!?", end), kind(end + 1) == .letter || kind(end + 1) == .mark {
      end = wordRun(from: end + 1)
    }
    return withStop(Match(to: end))
  }

  /// The token with the full stop after it, when what follows shows that no sentence ends there.
  private func withStop(_ match: Match) -> Match {
    guard isOne(of: ".", match.end), isOne(of: ",:;", match.end + 1) else { return match }
    return Match(to: match.end + 1, reach: match.end + 2)
  }

  /// A word that loses a suffix: isn't → is n't, dog's → dog 's.
  func wordBeforeSuffix(at start: Int) -> Match? {
    var best: Match?
    let plain = run(from: start, while: isLetter)
    // The n of n't is the run's last letter, and no other n may come before it.
    if plain > start + 1, isOne(of: "nN", plain - 1), !isOne(of: "nN", plain - 2),
      isApostropheOrQuote(plain), isOne(of: "tT", plain + 1)
    {
      best = Match(to: plain - 1, reach: plain + 2)
    }
    if let word = word(at: start), let suffix = suffix(at: word.end),
      suffix + 1 > best?.reach ?? 0
    {
      best = Match(to: word.end, reach: suffix + 1)
    }
    return best
  }

  /// Where 's, 'm, 'd, 're, 've or 'll ends, when no letter follows or letters may.
  func suffix(at start: Int, beforeLetters: Bool = false) -> Int? {
    guard isApostrophe(start) else { return nil }
    for text in ["s", "m", "d", "re", "ve", "ll"] {
      if let end = end(of: text, at: start + 1), beforeLetters || !isLetter(end) { return end }
    }
    return nil
  }

  /// Words written as one that the Penn Treebank takes for two: cannot → can not.
  func contraction(at start: Int) -> Match? {
    for (text, first) in Self.contractions {
      if let end = end(of: text, at: start) { return Match(to: start + first, reach: end) }
    }
    return nil
  }

  /// The words, and how many of their letters make the first part.
  private static let contractions = [
    ("cannot", 3), ("gonna", 3), ("gotta", 3), ("wanna", 3), ("lemme", 3), ("gimme", 3),
  ]

  /// Words that hold or end in an apostrophe: o'clock, l'eau, Hawai'i, ol'.
  func elided(at start: Int) -> Match? {
    farthest([
      wordAfterCapital(at: start), negation(at: start), prefix(at: start),
      wordAroundVowels(at: start), elidedWord(at: start),
    ])
  }

  /// What a word before n't leaves.
  private func negation(at start: Int) -> Match? {
    guard isOne(of: "nN", start), isApostropheOrQuote(start + 1), isOne(of: "tT", start + 2) else {
      return nil
    }
    return Match(
      to: start + 3, reach: isLetter(start + 3) ? nil : start + 4,
      text: isApostrophe(start + 1) ? "n't" : "n`t")
  }

  /// A prefix that is a token of its own: d', l', j', and y' before a letter.
  private func prefix(at start: Int) -> Match? {
    guard isApostrophe(start + 1) else { return nil }
    let isPrefix =
      isOne(of: "dDlLjJ", start) || isOne(of: "yY", start) && kind(start + 2) == .letter
    return isPrefix ? Match(to: start + 2) : nil
  }

  private func elidedWord(at start: Int) -> Match? {
    for (before, after) in Self.elidedWords {
      if let apostrophe = end(of: before, at: start), isApostrophe(apostrophe),
        let end = end(of: after, at: apostrophe + 1)
      {
        return Match(to: end)
      }
    }
    return nil
  }

  /// What stands before and after the apostrophe.
  private static let elidedWords = [
    ("ol", ""), ("somethin", ""), ("dunkin", ""), ("c", "mon"), ("c", "est"), ("li", "l"),
    ("e", "er"), ("o", "o"),
  ]

  /// Letters with an apostrophe after a vowel or y and before a vowel or capital: ma'am, Qur'An.
  private func wordAroundVowels(at start: Int) -> Match? {
    let apostrophe = letterRun(from: start)
    guard apostrophe >= start + 2, isOne(of: "aeiouyAEIOUY", apostrophe - 1),
      isApostropheOrQuote(apostrophe),
      isOne(of: "aeiou", apostrophe + 1) || isUppercase(apostrophe + 1)
    else { return nil }
    return Match(to: letterRun(from: apostrophe + 1))
  }

  /// A capital or n, an apostrophe and at least two letters: N'Djamena, M'Baye.
  private func wordAfterCapital(at start: Int) -> Match? {
    guard isOne(of: "n", start) || isUppercase(start) && !isOne(of: "IY", start),
      isApostropheOrQuote(start + 1)
    else { return nil }
    let end = letterRun(from: start + 2)
    return end >= start + 4 ? Match(to: end) : nil
  }

  /// Names of companies and the like, in capitals: AT&T, R&D, A+E.
  func company(at start: Int) -> Match? {
    var end = run(from: start, while: isUppercase)
    guard end > start else { return nil }
    // A currency: US$.
    if isOne(of: "$", end) { return Match(to: end + 1) }
    let first = end
    while let next = self.end(of: "&amp;", at: end) ?? (isOne(of: "&+", end) ? end + 1 : nil),
      isUppercase(next)
    {
      end = run(from: next, while: isUppercase)
    }
    guard end > first else { return nil }
    var match = withStop(Match(to: end))
    match.text = lowercased(start..<match.end).split(separator: "&amp;").joined(separator: "&")
    return match
  }

  /// C# and C++, of which a plus would otherwise stand alone.
  func programmingLanguage(at start: Int) -> Match? {
    if isOne(of: "cCF", start), isOne(of: "#", start + 1) { return Match(to: start + 2) }
    return end(of: "c++", at: start).map { Match(to: $0) }
  }

  /// Words with hyphens, underscores and slashes inside: t-shirt, half_pipe, x-U.S., and/or.
  func compound(at start: Int) -> Match? {
    farthest([hyphenated(at: start), hyphenatedWithStops(at: start), slashed(at: start)])
  }

  private func hyphenated(at start: Int) -> Match? {
    guard var end = elidedPart(at: start) ?? part(at: start) else { return nil }
    while isOne(of: "-_", end) || [0x2010, 0x2011, 0x58A].contains(code(end)),
      let next = elidedPart(at: end + 1) ?? part(at: end + 1)
    {
      end = next
    }
    return withStop(Match(to: end))
  }

  private func part(at start: Int) -> Int? {
    let end = alphanumericRun(from: start)
    return end > start ? end : nil
  }

  /// d', l' or o', and at least two letters or digits: O'Neill, o'clock, d'oeuvre.
  private func elidedPart(at start: Int) -> Int? {
    guard isOne(of: "dDlLoO", start), isApostropheOrQuote(start + 1) else { return nil }
    let end = alphanumericRun(from: start + 2)
    return end >= start + 4 ? end : nil
  }

  /// A part that may hold stops and commas, then parts after hyphens: 1,000-year, Jan.-Feb.
  private func hyphenatedWithStops(at start: Int) -> Match? {
    guard isASCIIAlphanumeric(start) else { return nil }
    var end = run(from: start) { isASCIIAlphanumeric($0) || isOne(of: ".,", $0) }
    let first = end
    while isOne(of: "-", end) {
      if let initials = initials(at: end + 1)?.end {
        end = initials
      } else if isASCIIAlphanumeric(end + 1) {
        end = run(from: end + 1, while: isASCIIAlphanumeric)
      } else {
        break
      }
    }
    return end > first ? Match(to: end) : nil
  }

  /// Two or three parts between slashes, each with up to two parts of letters after hyphens.
  private func slashed(at start: Int) -> Match? {
    guard var end = slashPart(at: start) else { return nil }
    let first = end
    for _ in 0..<2 {
      let slash = isOne(of: "\\", end) ? end + 1 : end
      guard isOne(of: "/", slash), let next = slashPart(at: slash + 1) else { break }
      end = next
    }
    return end > first ? Match(to: end) : nil
  }

  private func slashPart(at start: Int) -> Int? {
    var end = run(from: start, while: isASCIIAlphanumeric)
    guard end > start else { return nil }
    for _ in 0..<2 where isOne(of: "-", end) && isLetter(end + 1) {
      end = run(from: end + 1, while: isLetter)
    }
    return end
  }
}
