/// Whether every tag of a page is closed in its place, and no bare `<` or `&` is left.
func flaw(inHTML page: String) -> String? {
  var open: [String] = []
  var rest = page[...].dropFirst("<!DOCTYPE html>".count)
  while let start = rest.firstIndex(of: "<") {
    if let flaw = flaw(inText: rest[..<start]) { return flaw }
    guard let end = rest[start...].firstIndex(of: ">") else { return "an unfinished tag" }
    let tag = rest[rest.index(after: start)..<end]
    rest = rest[rest.index(after: end)...]
    if tag.count(where: { $0 == "\"" }) % 2 != 0 { return "quotes in <\(tag)>" }
    if let flaw = flaw(inText: tag) { return flaw }
    let name = String(tag.prefix { $0.isLetter || $0.isNumber || $0 == "/" })
    if tag.hasSuffix("/") { continue }
    if name.hasPrefix("/") {
      guard let last = open.popLast(), last == name.dropFirst() else {
        return "<\(tag)> closes \(open.last ?? "nothing")"
      }
      continue
    }
    open.append(name)
    if ["script", "style"].contains(name) {
      guard let close = rest.firstRange(of: "</\(name)>") else { return "no </\(name)>" }
      rest = rest[close.lowerBound...]
    }
  }
  return open.isEmpty ? nil : "\(open) are never closed"
}

private func flaw(inText text: Substring) -> String? {
  if text.contains(">") { return "a bare > in \(text.suffix(40))" }
  for part in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
    let entity = part.prefix(10).prefix { $0 != ";" }
    if entity.isEmpty || entity.contains(" ") || entity.count > 8 {
      return "a bare & before \(entity)"
    }
  }
  return nil
}
