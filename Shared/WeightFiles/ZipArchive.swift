internal import Tensor

/// The stored (not compressed) files of a ZIP archive, which is what `torch.save` writes.
///
/// Format: PKWARE's APPNOTE.TXT 6.3, sections 4.3 to 4.5, with the 64-bit extensions.
struct ZipArchive {
  private struct Entry {
    var headerPosition: Int
    var byteCount: Int
    var isPlain: Bool
  }

  private static let maximumEntryCount = 1 << 20

  private let buffer: AlignedBuffer
  private let path: String
  private var entries: [String: Entry] = [:]

  var names: some Sequence<String> { entries.keys }

  init(_ buffer: AlignedBuffer, path: String) throws(WeightFileError) {
    self.buffer = buffer
    self.path = path
    var reader = ByteReader(buffer, path: path)
    let (count, position) = try Self.directory(&reader)
    try reader.seek(to: position)
    for _ in 0..<count {
      guard try reader.integer(UInt32.self) == 0x0201_4b50 else {
        throw reader.failure(.malformed, "holds a broken ZIP directory")
      }
      let (name, entry) = try Self.entry(&reader)
      entries[name] = entry
    }
  }

  /// Where the bytes of the named file lie.
  func range(of name: String) throws(WeightFileError) -> Range<Int> {
    var reader = ByteReader(buffer, path: path)
    guard let entry = entries[name] else {
      throw WeightFileError(code: .malformed, path: path, message: "holds no file \(name)")
    }
    guard entry.isPlain else {
      throw reader.failure(.unsupported, "holds \(name) compressed or encrypted, not stored")
    }
    try reader.seek(to: entry.headerPosition)
    guard try reader.integer(UInt32.self) == 0x0403_4b50 else {
      throw reader.failure(.malformed, "holds a broken ZIP entry \(name)")
    }
    _ = try reader.skip(22)
    let nameLength = Int(try reader.integer(UInt16.self))
    let extraLength = Int(try reader.integer(UInt16.self))
    _ = try reader.skip(nameLength + extraLength)
    return try reader.skip(entry.byteCount)
  }

  /// The number of entries of the central directory and its place, from the record at the end.
  private static func directory(
    _ reader: inout ByteReader
  ) throws(WeightFileError) -> (count: Int, position: Int) {
    let recordLength = 22
    var position = reader.end - recordLength
    let earliest = max(0, position - Int(UInt16.max))
    while position >= earliest {
      try reader.seek(to: position)
      if try reader.integer(UInt32.self) == 0x0605_4b50 { break }
      position -= 1
    }
    guard position >= earliest else {
      throw reader.failure(
        .malformed, "is cut off: the directory at the end of a ZIP file is missing")
    }
    _ = try reader.skip(6)
    var count = UInt64(try reader.integer(UInt16.self))
    _ = try reader.skip(4)
    var offset = UInt64(try reader.integer(UInt32.self))
    if count == UInt16.max || offset == UInt32.max {
      try reader.seek(to: position - 20)
      guard try reader.integer(UInt32.self) == 0x0706_4b50 else {
        throw reader.failure(.malformed, "lacks the 64-bit end of its ZIP directory")
      }
      _ = try reader.skip(4)
      try reader.seek(to: Int(clamping: try reader.integer(UInt64.self)))
      guard try reader.integer(UInt32.self) == 0x0606_4b50 else {
        throw reader.failure(.malformed, "lacks the 64-bit end of its ZIP directory")
      }
      _ = try reader.skip(28)
      count = try reader.integer()
      _ = try reader.skip(8)
      offset = try reader.integer()
    }
    guard count <= Self.maximumEntryCount else {
      throw reader.failure(.tooLarge, "holds \(count) files")
    }
    return (Int(count), Int(clamping: offset))
  }

  private static func entry(
    _ reader: inout ByteReader
  ) throws(WeightFileError) -> (name: String, Entry) {
    _ = try reader.skip(4)
    let flags = try reader.integer(UInt16.self)
    let method = try reader.integer(UInt16.self)
    _ = try reader.skip(8)
    let packed = try reader.integer(UInt32.self)
    let plain = try reader.integer(UInt32.self)
    let nameLength = Int(try reader.integer(UInt16.self))
    let extraLength = Int(try reader.integer(UInt16.self))
    let commentLength = Int(try reader.integer(UInt16.self))
    _ = try reader.skip(8)
    let offset = try reader.integer(UInt32.self)
    let name = try reader.string(byteCount: nameLength)

    // Numbers that do not fit in 32 bits stand in an extra field, in this order.
    var numbers = [plain, packed, offset].map { UInt64($0) }
    let extraEnd = reader.position + extraLength
    while reader.position + 4 <= extraEnd {
      let tag = try reader.integer(UInt16.self)
      let length = Int(try reader.integer(UInt16.self))
      let next = reader.position + length
      guard next <= extraEnd else {
        throw reader.failure(.malformed, "holds a broken ZIP directory")
      }
      if tag == 1 {
        for index in numbers.indices where numbers[index] == UInt32.max {
          numbers[index] = try reader.integer()
        }
      }
      try reader.seek(to: next)
    }
    try reader.seek(to: extraEnd)
    _ = try reader.skip(commentLength)
    let isEncrypted = flags & 1 != 0
    let entry = Entry(
      headerPosition: Int(clamping: numbers[2]), byteCount: Int(clamping: numbers[0]),
      isPlain: method == 0 && !isEncrypted && numbers[0] == numbers[1])
    return (name, entry)
  }
}
