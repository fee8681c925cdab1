/// Reads the few kinds of JSON that a safetensors header has.
struct JSONCursor {
  private static let maximumMemberCount = 1 << 20
  private static let maximumIntegerCount = 64

  private var reader: ByteReader
  private var next: UInt8?

  init(_ reader: ByteReader) throws(WeightFileError) {
    self.reader = reader
    try advance()
  }

  func failure(
    _ message: String, code: WeightFileError.Code = .malformed
  ) -> WeightFileError {
    reader.failure(code, "has a header that \(message)")
  }

  /// An object; `body` reads the value of each member.
  mutating func members(
    _ body: (inout JSONCursor, String) throws(WeightFileError) -> Void
  ) throws(WeightFileError) {
    try expect("{")
    if try take("}") { return }
    var count = 0
    repeat {
      count += 1
      guard count <= Self.maximumMemberCount else {
        throw failure("has too many members", code: .tooLarge)
      }
      let name = try string()
      try expect(":")
      try body(&self, name)
    } while try take(",")
    try expect("}")
  }

  /// An array of whole numbers, none of them negative.
  mutating func integers() throws(WeightFileError) -> [Int] {
    var numbers: [Int] = []
    try expect("[")
    if try take("]") { return numbers }
    repeat {
      guard numbers.count < Self.maximumIntegerCount else {
        throw failure("has too many numbers", code: .tooLarge)
      }
      numbers.append(try integer())
    } while try take(",")
    try expect("]")
    return numbers
  }

  mutating func string() throws(WeightFileError) -> String {
    try skipSpace()
    guard next == UInt8(ascii: "\"") else { throw failure("lacks a string where one belongs") }
    try advance()
    var bytes: [UInt8] = []
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw failure("has a control character in a string") }
      try advance()
      if byte == UInt8(ascii: "\\") {
        bytes += try escape()
      } else {
        bytes.append(byte)
      }
    }
    guard next != nil else { throw failure("ends inside a string") }
    try advance()
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw failure("has a broken UTF-8 string")
    }
    return text
  }

  /// Spaces, and then the end.
  mutating func finish() throws(WeightFileError) {
    try skipSpace()
    guard next == nil else { throw failure("goes on after its end") }
  }

  private mutating func integer() throws(WeightFileError) -> Int {
    try skipSpace()
    var value = 0
    var digits = 0
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, sumOverflow) = product.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      guard !overflow, !sumOverflow else { throw failure("has a number that is too large") }
      value = sum
      digits += 1
      try advance()
    }
    guard digits > 0 else { throw failure("lacks a whole number where one belongs") }
    return value
  }

  /// What follows a backslash (RFC 8259, section 7).
  private mutating func escape() throws(WeightFileError) -> [UInt8] {
    guard let byte = next else { throw failure("ends inside a string") }
    try advance()
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"):
      var scalar = try codeUnit()
      if (0xd800..<0xdc00).contains(scalar) {
        guard try take("\\"), try take("u") else { throw failure("has half a surrogate pair") }
        let low = try codeUnit()
        guard (0xdc00..<0xe000).contains(low) else { throw failure("has half a surrogate pair") }
        scalar = 0x10000 + (scalar - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(scalar) else { throw failure("has half a surrogate pair") }
      return Array(String(Character(scalar)).utf8)
    default: throw failure("has an unknown escape in a string")
    }
  }

  private mutating func codeUnit() throws(WeightFileError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("has a broken escape in a string")
      }
      value = value << 4 | UInt32(digit)
      try advance()
    }
    return value
  }

  private mutating func advance() throws(WeightFileError) {
    next = reader.remaining > 0 ? try reader.byte() : nil
  }

  private mutating func skipSpace() throws(WeightFileError) {
    while let byte = next, [0x20, 0x0a, 0x0d, 0x09].contains(byte) { try advance() }
  }

  /// Steps over `character` if it comes next.
  private mutating func take(_ character: Unicode.Scalar) throws(WeightFileError) -> Bool {
    try skipSpace()
    guard next == UInt8(ascii: character) else { return false }
    try advance()
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(WeightFileError) {
    guard try take(character) else { throw failure("lacks '\(character)' where it belongs") }
  }
}
