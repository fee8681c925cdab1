/// What a server says before the body, as far as a download cares (RFC 9110).
struct ResponseHead {
  private(set) var status = 0
  /// Bytes of the body.
  private(set) var contentLength: Int?
  /// Where the body belongs in the whole, and how long the whole is, if the server knows it.
  private(set) var range: (first: Int, total: Int?)?
  /// The whole's length, of an answer that there is no such range.
  private(set) var unsatisfiedTotal: Int?
  private var entityTag: String?
  private var lastModified: String?

  /// Takes one line. A line with a status begins anew: those before were of a redirection.
  mutating func add(_ line: String) {
    let line = line.trimmingPrefix { $0.isWhitespace }
    if line.hasPrefix("HTTP/") {
      self = ResponseHead()
      let parts = line.split(separator: " ")
      status = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
      return
    }
    guard let colon = line.firstIndex(of: ":") else { return }
    let name = line[..<colon].lowercased()
    var value = line[line.index(after: colon)...].drop { $0.isWhitespace }
    while value.last?.isWhitespace == true { value.removeLast() }
    switch name {
    case "content-length": contentLength = Int(value).flatMap { $0 < 0 ? nil : $0 }
    case "content-range": readRange(value)
    case "etag": entityTag = String(value)
    case "last-modified": lastModified = String(value)
    default: break
    }
  }

  /// By what a later request can ask for the rest of the very same file: a strong entity tag, else
  /// the time of its last change.
  var validator: String? {
    if let entityTag, !entityTag.hasPrefix("W/") { return entityTag }
    return lastModified
  }

  /// `bytes 5-9/10`, `bytes 5-9/*` or `bytes */10`.
  private mutating func readRange(_ value: Substring) {
    guard value.hasPrefix("bytes ") else { return }
    let parts = value.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return }
    let total = Int(parts[1]).flatMap { $0 < 0 ? nil : $0 }
    if parts[0] == "*" {
      unsatisfiedTotal = total
    } else if let first = parts[0].split(separator: "-").first.flatMap({ Int($0) }), first >= 0 {
      range = (first, total)
    }
  }
}
