import Glibc

/// Writes a file of JSON byte for byte as Python's `json.dump` does by default: `, ` and `: `
/// between values, nothing but ASCII.
struct PythonJSON: ~Copyable {
  private static let pieceLength = 1 << 18

  private let path: String
  private let descriptor: Int32
  private var piece: [UInt8] = []

  /// - Throws: ``DatasetError`` `unwritable`.
  init(path: String) throws(DatasetError) {
    self.path = path
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw DatasetError.unwritable(path) }
  }

  deinit { close(descriptor) }

  /// Writes what stands between values, as it is.
  mutating func sign(_ text: StaticString) throws(DatasetError) {
    text.withUTF8Buffer { unsafe piece.append(contentsOf: $0) }
    if piece.count >= Self.pieceLength { try flush() }
  }

  mutating func write(_ number: Int) throws(DatasetError) {
    piece.append(contentsOf: String(number).utf8)
    if piece.count >= Self.pieceLength { try flush() }
  }

  mutating func write(_ numbers: [Int]) throws(DatasetError) {
    try sign("[")
    for (index, number) in numbers.enumerated() {
      if index > 0 { try sign(", ") }
      try write(number)
    }
    try sign("]")
  }

  mutating func write(_ text: String) throws(DatasetError) {
    piece.append(UInt8(ascii: "\""))
    for unit in text.utf16 {
      switch unit {
      case 0x22: piece.append(contentsOf: #"\""#.utf8)
      case 0x5C: piece.append(contentsOf: #"\\"#.utf8)
      case 0x0A: piece.append(contentsOf: #"\n"#.utf8)
      case 0x0D: piece.append(contentsOf: #"\r"#.utf8)
      case 0x09: piece.append(contentsOf: #"\t"#.utf8)
      case 0x08: piece.append(contentsOf: #"\b"#.utf8)
      case 0x0C: piece.append(contentsOf: #"\f"#.utf8)
      case 0x20..<0x7F: piece.append(UInt8(unit))
      default:
        let digits = String(unit, radix: 16)
        let zeros = String(repeating: "0", count: 4 - digits.count)
        piece.append(contentsOf: "\\u\(zeros)\(digits)".utf8)
      }
    }
    piece.append(UInt8(ascii: "\""))
    if piece.count >= Self.pieceLength { try flush() }
  }

  /// Brings everything to the disk.
  consuming func finish() throws(DatasetError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw DatasetError.unwritable(path) }
  }

  private mutating func flush() throws(DatasetError) {
    var rest = piece[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw DatasetError.unwritable(path) }
      rest = rest.dropFirst(count)
    }
    piece.removeAll(keepingCapacity: true)
  }
}

extension DatasetError {
  /// What the operating system says about a file that could not be written.
  static func unwritable(_ path: String) -> DatasetError {
    let reason = unsafe String(cString: strerror(errno))
    return DatasetError(
      .unwritable, "\(path): cannot be written: \(reason); is there room and permission?")
  }
}
