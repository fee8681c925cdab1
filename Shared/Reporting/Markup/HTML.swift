internal import FoundationEssentials

/// What HTML pages are put together from.
enum HTML {
  /// Text as it may stand between tags and in quoted attributes. Captions and names come from files.
  static func escape(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      // No page may hold them, not even as references.
      case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{7F}"..."\u{9F}",
        "\u{FFFE}", "\u{FFFF}":
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A file inside the page.
  static func data(_ bytes: [UInt8], type: String) -> String {
    "data:\(type);base64,\(base64(bytes))"
  }

  static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  /// A page that stands alone: nothing outside is loaded, and its policy forbids it.
  static func page(title: String, style: String, script: String, body: String) -> String {
    opening(title: title, style: style) + body + "\n" + closing(script: script)
  }

  /// The beginning of such a page.
  static func opening(title: String, style: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="color-scheme" content="light dark"/>
    <meta http-equiv="Content-Security-Policy" \
    content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"/>
    <title>\(escape(title))</title>
    <style>
    \(PageStyle.base)
    \(style)
    </style>
    </head>
    <body>
    <main>

    """
  }

  /// The end of such a page.
  static func closing(script: String) -> String {
    """
    </main>
    <script>
    \(script)
    </script>
    </body>
    </html>

    """
  }
}
