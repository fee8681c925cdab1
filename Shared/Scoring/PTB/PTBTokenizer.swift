/// Splits English into words as coco-caption does: Stanford CoreNLP 3.4.1's `PTBTokenizer` with
/// `-preserveLines -lowerCase`, then without the tokens that coco-caption takes for punctuation.
///
/// The rules were found by asking that program, and its answers are the tests. They follow the
/// Penn Treebank's conventions: at every place the rule that reaches farthest wins, what it looks
/// ahead at included.
///
/// A line is read by itself. CoreNLP looks past the line's end in one case, a single letter with a
/// full stop ("vitamin c."), whose full stop it splits off when the next line starts a sentence.
struct PTBTokenizer {
  /// The line's characters and what they are, with a line feed after them.
  let codes: [UInt32]
  let kinds: [PTBCharacter]

  /// How far the rules may look from a token's start. It keeps the time for a line in proportion to
  /// its length, whatever it holds.
  private static let longestReach = 256
  /// Where the rules stop looking.
  private(set) var limit = 0

  /// A token that a rule proposes.
  struct Match {
    /// Where the token ends.
    var end: Int
    /// How far the rule looked.
    var reach: Int
    /// What the token becomes, where that is not its characters in lower case.
    var text: String?

    init(to end: Int, reach: Int? = nil, text: String? = nil) {
      self.end = end
      self.reach = reach ?? end
      self.text = text
    }
  }

  /// The words of a line, in lower case, without punctuation.
  static func words(of line: String) -> [String] {
    var tokenizer = PTBTokenizer(line)
    var words: [String] = []
    var position = 0
    while position < tokenizer.codes.count {
      if tokenizer.kinds[position] == .separator {
        position += 1
        continue
      }
      tokenizer.limit = min(position + longestReach, tokenizer.codes.count)
      let match = tokenizer.match(at: position)
      if let text = match.text {
        // CoreNLP joins some numbers by no-break spaces, which scores take for white space.
        words += text.split(separator: "\u{A0}").map(String.init).filter {
          !punctuation.contains($0)
        }
      } else {
        let text = tokenizer.lowercased(position..<match.end)
        if !punctuation.contains(text) { words.append(text) }
      }
      position = match.end
    }
    return words
  }

  /// The tokens that coco-caption drops. Brackets are in its list in upper case only, and so stay.
  private static let punctuation: Set<String> = [
    "''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";",
  ]

  init(_ line: String) {
    var codes: [UInt32] = []
    var kinds: [PTBCharacter] = []
    codes.reserveCapacity(line.utf8.count + 1)
    kinds.reserveCapacity(line.utf8.count + 1)
    for scalar in line.unicodeScalars {
      codes.append(scalar.value)
      kinds.append(PTBCharacter(scalar))
    }
    codes.append(0x0A)
    kinds.append(.separator)
    self.codes = codes
    self.kinds = kinds
  }

  /// The token at a place that is not white space.
  private func match(at start: Int) -> Match {
    if let plain = plainWord(at: start) { return plain }
    var best = symbol(at: start)
    func consider(_ match: Match?) {
      if let match, match.reach > best.reach { best = match }
    }
    switch kinds[start] {
    case .letter, .mark:
      // The first of equals wins, so words that split come before words that do not.
      consider(contraction(at: start))
      consider(word(at: start))
      consider(wordBeforeSuffix(at: start))
      consider(elided(at: start))
      consider(abbreviation(at: start))
      consider(initials(at: start))
      consider(company(at: start))
      consider(compound(at: start))
      consider(address(at: start))
      consider(emoticon(at: start))
      consider(programmingLanguage(at: start))
    case .digit:
      consider(number(at: start))
      consider(fraction(at: start))
      consider(date(at: start))
      consider(compound(at: start))
      consider(address(at: start))
    default:
      consider(number(at: start))
      consider(telephone(at: start))
      consider(apostrophe(at: start))
      consider(markup(at: start))
      consider(mailAddress(at: start))
      consider(name(at: start))
      consider(emoticon(at: start))
      consider(webAddress(at: start))
    }
    return best
  }

  /// The match that reaches farthest, the first of equals.
  func farthest(_ matches: [Match?]) -> Match? {
    matches.reduce(nil) { best, match in
      guard let match else { return best }
      return match.reach > best?.reach ?? 0 ? match : best
    }
  }

  /// The common case, taken before all rules: ASCII letters between blanks, where the only rules
  /// that could apply are those for words that split.
  private func plainWord(at start: Int) -> Match? {
    var end = start
    while isLetter(end) { end += 1 }
    guard end > start, isBlank(end), contraction(at: start) == nil else { return nil }
    return Match(to: end)
  }

  /// The characters in lower case, without the soft hyphens that only show where a line may break.
  func lowercased(_ range: Range<Int>) -> String { text(range).lowercased() }

  /// The characters as they are, but for soft hyphens.
  func text(_ range: Range<Int>) -> String {
    var text = ""
    for code in codes[range] where code != Self.softHyphen {
      text.unicodeScalars.append(Unicode.Scalar(code)!)
    }
    return text
  }
}
