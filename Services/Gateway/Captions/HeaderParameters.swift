/// A header's value with parameters, as `form-data; name="image"; filename="a \"b\".jpg"`.
struct HeaderParameters {
  /// What comes first, in lower case.
  let value: String
  /// By their names in lower case; of two with one name the first counts.
  let values: [String: String]

  init(_ text: String) {
    var rest = text[...]
    value = Self.token(&rest, until: ";").lowercased()
    var values: [String: String] = [:]
    while rest.popFirst() == ";" {
      let name = Self.token(&rest, until: "=;").lowercased()
      guard rest.first == "=" else { continue }
      rest.removeFirst()
      let value = Self.value(&rest)
      if !name.isEmpty, values[name] == nil { values[name] = value }
    }
    self.values = values
  }

  private static func token(_ rest: inout Substring, until ends: String) -> String {
    let text = rest.prefix { !ends.contains($0) }
    rest = rest[text.endIndex...]
    return trimmed(text)
  }

  /// A word, or a string in quotes in which a backslash makes a quote or a backslash plain; before
  /// others it is what it is, as in the paths of Windows.
  private static func value(_ rest: inout Substring) -> String {
    rest = rest.drop { $0 == " " || $0 == "\t" }
    guard rest.first == "\"" else { return token(&rest, until: ";") }
    rest.removeFirst()
    var text = ""
    while let character = rest.popFirst(), character != "\"" {
      if character == "\\", let next = rest.first, next == "\"" || next == "\\" {
        text.append(rest.removeFirst())
      } else {
        text.append(character)
      }
    }
    _ = token(&rest, until: ";")
    return text
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0 == " " || $0 == "\t" }
    let count = start.reversed().prefix { $0 == " " || $0 == "\t" }.count
    return String(start.dropLast(count))
  }
}
