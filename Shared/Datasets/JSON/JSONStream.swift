/// Reads JSON (RFC 8259) value by value as it comes from a file, without a tree in memory.
///
/// The caller says what it expects next; every error names the file, the place within the document
/// and the byte.
struct JSONStream {
  /// Values that are skipped may be nested this deep.
  private static let maximumDepth = 64
  private static let maximumStringLength = 1 << 20

  private enum Step {
    case member(String)
    case element(Int)
  }

  private let bytes: ByteStream
  private var place: [Step] = []

  /// - Throws: ``DatasetError`` `unreadable`.
  init(path: String) throws(DatasetError) {
    bytes = try ByteStream(path: path)
  }

  var path: String { bytes.path }

  /// An error at the present place.
  func failure(_ what: String) -> DatasetError {
    let steps = place.map { step in
      switch step {
      case .member(let name): ".\(name)"
      case .element(let index): "[\(index)]"
      }
    }
    let location = steps.isEmpty ? "" : ", at \(steps.joined())"
    return DatasetError(.malformed, "\(path): JSON, byte \(bytes.offset)\(location): \(what)")
  }

  // MARK: Structure

  /// An object; `body` takes the value of each member.
  mutating func members(
    _ body: (inout JSONStream, String) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    try expect("{", "an object")
    if try skipIf("}") { return }
    repeat {
      let name = try string()
      try expect(":", "a colon")
      place.append(.member(name))
      try body(&self, name)
      place.removeLast()
    } while try skipIf(",")
    try expect("}", "a comma or the object's end")
  }

  /// An array; `body` takes each element.
  mutating func elements(
    _ body: (inout JSONStream, Int) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    try expect("[", "an array")
    if try skipIf("]") { return }
    var index = 0
    place.append(.element(0))
    repeat {
      place[place.count - 1] = .element(index)
      try body(&self, index)
      index += 1
    } while try skipIf(",")
    place.removeLast()
    try expect("]", "a comma or the array's end")
  }

  /// Whether nothing but blanks follows.
  mutating func isAtEnd() throws(DatasetError) -> Bool {
    try skipBlanks()
    return try bytes.peek() == nil
  }

  /// Says that the document is complete.
  mutating func finish() throws(DatasetError) {
    guard try isAtEnd() else { throw failure("something follows the JSON document") }
  }

  // MARK: Values

  /// A whole number within Int.
  mutating func integer() throws(DatasetError) -> Int {
    try skipBlanks()
    var digits = ""
    while let byte = try bytes.peek(), byte.isNumberByte {
      _ = try bytes.take()
      digits.unicodeScalars.append(Unicode.Scalar(byte))
      guard digits.utf8.count <= 20 else { throw failure("a number of too many digits") }
    }
    guard let number = Int(digits) else { throw failure("a whole number is expected") }
    return number
  }

  /// A string. What is no Unicode becomes U+FFFD.
  mutating func string() throws(DatasetError) -> String {
    try expect("\"", "a string")
    var text: [UInt8] = []
    while true {
      guard text.count <= Self.maximumStringLength else { throw failure("a string is too long") }
      guard let byte = try bytes.take() else { throw failure("the file ends within a string") }
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try appendEscaped(to: &text)
      case 0..<0x20: throw failure("a control character in a string")
      default: text.append(byte)
      }
    }
  }

  /// Any value, which is passed over.
  mutating func skip() throws(DatasetError) { try skip(depth: 0) }

  private mutating func skip(depth: Int) throws(DatasetError) {
    guard depth < Self.maximumDepth else { throw failure("nested too deep") }
    try skipBlanks()
    switch try bytes.peek() {
    case UInt8(ascii: "{"):
      try members { stream, _ throws(DatasetError) in try stream.skip(depth: depth + 1) }
    case UInt8(ascii: "["):
      try elements { stream, _ throws(DatasetError) in try stream.skip(depth: depth + 1) }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try expectWord("true")
    case UInt8(ascii: "f"): try expectWord("false")
    case UInt8(ascii: "n"): try expectWord("null")
    case let byte? where byte.isNumberByte:
      while let byte = try bytes.peek(), byte.isNumberByte { _ = try bytes.take() }
    default: throw failure("a value is expected")
    }
  }

  // MARK: Bytes

  private mutating func skipBlanks() throws(DatasetError) {
    while let byte = try bytes.peek(), byte == 0x20 || (0x09...0x0D).contains(byte) {
      _ = try bytes.take()
    }
  }

  private mutating func expect(_ sign: Unicode.Scalar, _ what: String) throws(DatasetError) {
    try skipBlanks()
    guard try bytes.peek() == UInt8(ascii: sign) else {
      throw failure(
        try bytes.peek() == nil
          ? "the JSON document ends where \(what) is expected" : "\(what) is expected")
    }
    _ = try bytes.take()
  }

  private mutating func skipIf(_ sign: Unicode.Scalar) throws(DatasetError) -> Bool {
    try skipBlanks()
    guard try bytes.peek() == UInt8(ascii: sign) else { return false }
    _ = try bytes.take()
    return true
  }

  private mutating func expectWord(_ word: StaticString) throws(DatasetError) {
    for byte in "\(word)".utf8 {
      guard try bytes.take() == byte else { throw failure("a value is expected") }
    }
  }

  private mutating func appendEscaped(to text: inout [UInt8]) throws(DatasetError) {
    switch try bytes.take() {
    case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
    case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
    case UInt8(ascii: "/"): text.append(UInt8(ascii: "/"))
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): try appendScalar(to: &text)
    default: throw failure("an escape that is none")
    }
  }

  /// What follows `\u`: one code unit of UTF-16, or two of them for a character beyond U+FFFF.
  private mutating func appendScalar(to text: inout [UInt8]) throws(DatasetError) {
    var units = [try codeUnit()]
    while UTF16.isLeadSurrogate(units[units.count - 1]),
      try bytes.peek() == UInt8(ascii: "\\")
    {
      _ = try bytes.take()
      guard try bytes.peek() == UInt8(ascii: "u") else {
        text += String(decoding: units, as: UTF16.self).utf8
        return try appendEscaped(to: &text)
      }
      _ = try bytes.take()
      units.append(try codeUnit())
    }
    text += String(decoding: units, as: UTF16.self).utf8
  }

  private mutating func codeUnit() throws(DatasetError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = try bytes.take(),
        let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80
      else { throw failure("\\u without four hexadecimal digits") }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }
}

extension UInt8 {
  /// Whether JSON's numbers may hold it.
  fileprivate var isNumberByte: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }
}
