/// Reads comma-separated values (RFC 4180) row by row: a field in double quotes may hold commas,
/// line breaks and, doubled, double quotes. Lines end with LF or CRLF, blank ones are passed over,
/// and a byte order mark is no part of the first field.
struct CSVReader {
  private static let maximumFieldLength = 1 << 20
  private static let maximumFieldCount = 1 << 12
  private static let quote = UInt8(ascii: "\"")

  private let bytes: ByteStream
  private var line = 1
  /// The line on which the row that was read last begins.
  private var firstLine = 1

  /// - Throws: ``DatasetError`` `unreadable`.
  init(path: String) throws(DatasetError) {
    bytes = try ByteStream(path: path)
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    guard try bytes.peek() == mark[0] else { return }
    for byte in mark {
      guard try bytes.take() == byte else { throw failure("is not text in UTF-8") }
    }
  }

  /// An error in the row that was read last.
  func failure(_ what: String) -> DatasetError {
    DatasetError(.malformed, "\(bytes.path): line \(firstLine): \(what)")
  }

  /// The fields of the next row; nil at the end.
  ///
  /// - Throws: ``DatasetError`` `malformed`.
  mutating func row() throws(DatasetError) -> [String]? {
    while let byte = try bytes.peek(), byte == 0x0A || byte == 0x0D {
      _ = try bytes.take()
      if byte == 0x0A { line += 1 }
    }
    guard try bytes.peek() != nil else { return nil }
    firstLine = line
    var fields: [String] = []
    while true {
      guard fields.count < Self.maximumFieldCount else { throw failure("has too many fields") }
      fields.append(try field())
      switch try bytes.take() {
      case UInt8(ascii: ","): continue
      case nil: return fields
      case 0x0D where try bytes.peek() == 0x0A:
        _ = try bytes.take()
        line += 1
        return fields
      case 0x0A:
        line += 1
        return fields
      default: throw failure("something follows a closing double quote")
      }
    }
  }

  private mutating func field() throws(DatasetError) -> String {
    try bytes.peek() == Self.quote ? try quotedField() : try plainField()
  }

  private func plainField() throws(DatasetError) -> String {
    var text: [UInt8] = []
    while let byte = try bytes.peek(), byte != UInt8(ascii: ","), byte != 0x0A {
      // A carriage return belongs to the line's end and to nothing else.
      if byte == 0x0D { break }
      guard byte != Self.quote else {
        throw failure("a double quote within a field; put the field into double quotes")
      }
      try append(byte, to: &text)
      _ = try bytes.take()
    }
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func quotedField() throws(DatasetError) -> String {
    var text: [UInt8] = []
    _ = try bytes.take()
    while true {
      guard let byte = try bytes.take() else {
        throw failure("a double quote is not closed before the file ends")
      }
      if byte == Self.quote {
        guard try bytes.peek() == Self.quote else { break }
        _ = try bytes.take()
      }
      if byte == 0x0A { line += 1 }
      try append(byte, to: &text)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private func append(_ byte: UInt8, to text: inout [UInt8]) throws(DatasetError) {
    guard text.count < Self.maximumFieldLength else {
      throw failure("a field of more than \(Self.maximumFieldLength) bytes")
    }
    text.append(byte)
  }
}
