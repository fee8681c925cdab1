/// What Markdown files are put together from.
enum Markdown {
  /// Text as it may stand anywhere, also in tables: no character begins anything.
  static func escape(_ text: String) -> String {
    var result = ""
    for character in HTML.escape(text) {
      switch character {
      case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "$":
        // HTML's own references stay whole.
        if character == "#", result.last == "&" { break }
        result.append("\\")
      case _ where character.isNewline:
        result.append(" ")
        continue
      default: break
      }
      result.append(character)
    }
    return result
  }

  /// A path inside the parentheses of a link.
  static func path(_ path: String) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/".utf8)
    let digits = Array("0123456789ABCDEF")
    return path.utf8.map { byte in
      plain.contains(byte)
        ? String(UnicodeScalar(byte))
        : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
    }.joined()
  }

  /// A name as a file can have it anywhere.
  static func fileName(_ name: String) -> String {
    let result = name.map { character in
      character.isASCII && (character.isLetter || character.isNumber || "-_".contains(character))
        ? character : "-"
    }
    return String(result.prefix(80))
  }
}
