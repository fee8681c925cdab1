extension PTBTokenizer {
  /// A web address, an e-mail address or the name of a file.
  func address(at start: Int) -> Match? {
    farthest([webAddress(at: start), mailAddress(at: start), file(at: start)])
  }

  /// http://…, www.… or a name that ends in .com, .net, .org or .edu.
  func webAddress(at start: Int) -> Match? {
    farthest([fullAddress(at: start), siteName(at: start)])
  }

  private func fullAddress(at start: Int) -> Match? {
    guard let scheme = end(of: "https://", at: start) ?? end(of: "http://", at: start) else {
      return nil
    }
    var end = run(from: scheme) { !isBlank($0) && !isOne(of: "\"<>|(){}", $0) }
    while end > scheme, isOne(of: ".,!?-", end - 1) { end -= 1 }
    return end > scheme + 1 ? Match(to: end) : nil
  }

  /// A site without a scheme, and a path of at least two characters.
  private func siteName(at start: Int) -> Match? {
    guard let name = wwwName(at: start) ?? domainName(at: start) else { return nil }
    guard isOne(of: "/", name) else { return Match(to: name) }
    var end = run(from: name + 1) { !isBlank($0) && !isOne(of: "\"<>|()", $0) }
    while end > name + 1, isOne(of: ".,!?-{}", end - 1) { end -= 1 }
    return Match(to: end > name + 2 ? end : name)
  }

  private func wwwName(at start: Int) -> Int? {
    guard let www = end(of: "www.", at: start) else { return nil }
    let isInLabel = { !isBlank($0) && !isOne(of: "\"<>|.!?(){},", $0) }
    return labels(from: www, while: isInLabel) { end in
      let letters = run(from: end, while: isLetter) - end
      return letters >= 2 ? end + min(letters, 4) : nil
    }
  }

  private func domainName(at start: Int) -> Int? {
    let isInLabel = { index in
      !isBlank(index) && !(0x2C...0x5F).contains(code(index))
        && !isOne(of: "\"`'|!(){}$", index)
    }
    return labels(from: start, while: isInLabel) { end in
      ["com", "net", "org", "edu"].lazy.compactMap { self.end(of: $0, at: end) }.first
    }
  }

  /// Where one or more labels and the last that `last` accepts end, as far as that goes.
  private func labels(
    from start: Int, while isInLabel: (Int) -> Bool, last: (Int) -> Int?
  ) -> Int? {
    var farthest: Int?
    var label = start
    while true {
      let end = run(from: label, while: isInLabel)
      guard end > label, isOne(of: ".", end) else { return farthest }
      label = end + 1
      farthest = last(label) ?? farthest
    }
  }

  func mailAddress(at start: Int) -> Match? {
    let first = isOne(of: "<", start) ? start + 1 : start
    guard isLetter(first) || isDigit(first) else { return nil }
    let blank = run(from: first) { !isBlank($0) && !isOne(of: "\"<>|(){}", $0) }
    var best: Match?
    for index in first + 1..<max(blank, first + 1)
    where isOne(of: "@", index) && index >= best?.end ?? 0 {
      var end = index
      var label = index + 1
      while true {
        let next = run(from: label) { !isBlank($0) && !isOne(of: "\"<>|(){}.", $0) }
        guard next > label else { break }
        end = next
        guard isOne(of: ".", next) else { break }
        label = next + 1
      }
      if end > index { best = Match(to: end) }
    }
    if let end = best?.end, isOne(of: ">", end) { return Match(to: end + 1) }
    return best
  }

  /// The name of a file by its ending, before a blank or a stop.
  private func file(at start: Int) -> Match? {
    var farthest: Match?
    var part = start
    while true {
      let end = alphanumericRun(from: part)
      guard end > part else { return farthest }
      if part > start, isBlank(end) || isOne(of: ".,!?", end),
        Self.fileEndings.contains(lowercased(part..<end))
      {
        farthest = Match(to: end, reach: end + 1)
      }
      guard isOne(of: ".", end) else { return farthest }
      part = end + 1
    }
  }

  private static let fileEndings: Set<String> = [
    "bat", "bmp", "c", "cgi", "cpp", "dll", "doc", "docx", "exe", "gif", "gz", "h", "htm", "html",
    "jar", "java", "jpeg", "jpg", "mov", "mp3", "pdf", "php", "pl", "png", "ppt", "ps", "py", "sql",
    "tar", "txt", "wav", "x", "xml", "zip",
  ]

  /// @name and #topic.
  func name(at start: Int) -> Match? {
    if isOne(of: "#", start), kind(start + 1) == .letter {
      return Match(to: run(from: start + 1) { kind($0) == .letter })
    }
    guard isOne(of: "@", start), isLetter(start + 1) || isOne(of: "_", start + 1) else {
      return nil
    }
    let end = run(from: start + 1) { isASCIIAlphanumeric($0) || isOne(of: "_", $0) }
    return Match(to: end)
  }
}
