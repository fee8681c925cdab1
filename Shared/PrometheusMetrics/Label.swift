/// One label of a series, its name already as Prometheus allows it.
struct Label: Hashable, Comparable {
  let name: String
  let value: String

  /// The labels that dimensions become, in the order of their names. Of two with one name the first
  /// counts.
  static func labels(of dimensions: [(String, String)]) -> [Label] {
    var values: [String: String] = [:]
    for (name, value) in dimensions {
      let name = MetricName.label(name)
      if values[name] == nil { values[name] = value }
    }
    return values.map { Label(name: $0, value: $1) }.sorted()
  }

  static func < (lhs: Label, rhs: Label) -> Bool {
    (lhs.name, lhs.value) < (rhs.name, rhs.value)
  }
}

/// The exposition format's rules for names and texts.
enum MetricName {
  /// A metric's name: `[a-zA-Z_:][a-zA-Z0-9_:]*`, whatever else there was an underscore.
  static func metric(_ text: String) -> String { name(text, allowing: ":") }

  /// A label's name: `[a-zA-Z_][a-zA-Z0-9_]*`, none of those that Prometheus keeps for itself.
  static func label(_ text: String) -> String {
    let name = name(text, allowing: "_")
    return name == "le" || name == "quantile" || name.hasPrefix("__") ? "exported_" + name : name
  }

  private static func name(_ text: String, allowing mark: Character) -> String {
    let allowed = text.map { character in
      character.isASCII && (character.isLetter || character.isNumber) || character == mark
        ? character : "_"
    }
    guard let first = allowed.first else { return "_" }
    return (first.isNumber ? "_" : "") + String(allowed)
  }

  /// A label's value between its quotes.
  static func escapedValue(_ text: String) -> String { escaped(text, quotes: true) }

  static func escapedHelp(_ text: String) -> String { escaped(text, quotes: false) }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    guard text.utf8.contains(where: { [0x0a, 0x22, 0x5c].contains($0) }) else { return text }
    var result = ""
    // By scalars: to Swift, "\r\n" is one character.
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\\": result += "\\\\"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A number as Prometheus reads it.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if let whole = Int(exactly: value), whole.magnitude < 1 << 53 { return String(whole) }
    return value.description
  }
}
