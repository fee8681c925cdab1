/// Names of keys' holders, which are parts of file names and of lines.
enum KeyName {
  /// The most characters of a name.
  static let maximumLength = 64
  /// The dispatcher's own.
  static let dispatcher = "dispatcher"

  /// Whether a name is one to 64 letters, digits and `.`, `_`, `-`, the first a letter or digit.
  static func isValid(_ name: some StringProtocol) -> Bool {
    func isAlphanumeric(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: false
      }
    }
    guard let first = name.utf8.first, isAlphanumeric(first), name.utf8.count <= maximumLength
    else { return false }
    return name.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
  }
}
