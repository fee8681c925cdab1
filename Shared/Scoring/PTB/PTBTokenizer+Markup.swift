extension PTBTokenizer {
  /// A tag, such as `<unk>` or `<a href="x">`, or a character written as an entity.
  func markup(at start: Int) -> Match? {
    if isOne(of: "&", start) { return entity(at: start) }
    guard isOne(of: "<", start) else { return nil }
    if isOne(of: "!?", start + 1) { return declaration(at: start) }
    return isOne(of: "/", start + 1) ? closingTag(at: start) : openingTag(at: start)
  }

  private func openingTag(at start: Int) -> Match? {
    guard isLetter(start + 1) else { return nil }
    var end = run(from: start + 1, while: isInName)
    while isBlank(end) {
      let attribute = run(from: end, while: isBlank)
      let name = run(from: attribute, while: isInName)
      end = name
      if !isLetter(attribute) { break }
      if isOne(of: "=", name), isOne(of: "\"'", name + 1) {
        let closing = run(from: name + 2) { code($0) != code(name + 1) }
        end = closing + 1
      }
    }
    if isOne(of: "/", end) { end += 1 }
    return isOne(of: ">", end) ? Match(to: end + 1) : nil
  }

  private func closingTag(at start: Int) -> Match? {
    guard isLetter(start + 2) else { return nil }
    let end = run(from: run(from: start + 2, while: isInName), while: isBlank)
    return isOne(of: ">", end) ? Match(to: end + 1) : nil
  }

  /// `<!…>` and `<?…?>`.
  private func declaration(at start: Int) -> Match? {
    guard isLetter(start + 2) || isOne(of: "-", start + 2) else { return nil }
    let end = run(from: start + 2) { !isOne(of: ">", $0) }
    return isOne(of: ">", end) ? Match(to: end + 1) : nil
  }

  private func isInName(_ index: Int) -> Bool {
    isASCIIAlphanumeric(index) || isOne(of: "-_:.", index)
  }

  private func entity(at start: Int) -> Match? {
    for (entity, text) in Self.entities {
      if let end = end(of: entity, at: start) { return Match(to: end, text: text) }
    }
    if isOne(of: "#", start + 1) {
      let end = run(from: start + 2, while: isDigit)
      if end > start + 2, isOne(of: ";", end) { return Match(to: end + 1) }
    }
    return nil
  }

  /// The entities that it knows and what they stand for; a dash is dropped as it is elsewhere.
  private static let entities =
    [
      ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "''"), ("&apos;", "'"),
      ("&nbsp;", "'"), ("&mdash;", "--"), ("&ndash;", "--"), ("&md;", "--"),
    ] + ["ht", "tl", "ur", "lr", "qc", "ql", "qr", "odq", "cdq"].map { ("&\($0);", "&\($0);") }
}
