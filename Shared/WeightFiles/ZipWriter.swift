internal import Tensor

/// Writes a ZIP archive of stored files, of less than 4 GB in all (PKWARE's APPNOTE.TXT 6.3,
/// sections 4.3.7, 4.3.12 and 4.3.16). The bytes of each file begin at a multiple of 64, as
/// `torch.save` has them.
struct ZipWriter: ~Copyable {
  private struct Entry {
    var name: String
    var checksum: UInt32
    var byteCount: UInt32
    var position: UInt32
  }

  private static let maximumByteCount = Int(UInt32.max) - (1 << 20)
  /// Of paddings: none that APPNOTE.TXT knows.
  private static let paddingTag: UInt16 = 0x4246

  private let path: String
  private let file: AtomicFile
  private var entries: [Entry] = []
  private var position = 0

  init(_ path: String) throws(WeightFileError) {
    self.path = path
    file = try AtomicFile(path)
  }

  mutating func add(_ name: String, _ bytes: RawSpan) throws(WeightFileError) {
    guard position + bytes.byteCount < Self.maximumByteCount else {
      throw WeightFileError(
        code: .tooLarge, path: path, message: "would be larger than 4 GB; write safetensors instead"
      )
    }
    let entry = Entry(
      name: name, checksum: CRC32.checksum(bytes), byteCount: UInt32(bytes.byteCount),
      position: UInt32(position))
    entries.append(entry)
    let unpadded = position + 30 + name.utf8.count + 4
    let padding = (64 - unpadded % 64) % 64
    var header = LittleEndianBytes()
    header.add(0x0403_4B50 as UInt32)
    header.addEntry(entry.checksum, entry.byteCount, name, extraLength: 4 + padding)
    header.bytes += Array(name.utf8)
    header.add(Self.paddingTag)
    header.add(UInt16(padding))
    header.bytes += [UInt8](repeating: 0, count: padding)
    try write(header.bytes)
    try file.write(bytes)
    position += bytes.byteCount
  }

  consuming func finish() throws(WeightFileError) {
    var directory = LittleEndianBytes()
    for entry in entries {
      directory.add(0x0201_4B50 as UInt32)
      directory.add(20 as UInt16)
      directory.addEntry(entry.checksum, entry.byteCount, entry.name, extraLength: 0)
      // No comment, the first disk, no attributes.
      directory.bytes += [UInt8](repeating: 0, count: 10)
      directory.add(entry.position)
      directory.bytes += Array(entry.name.utf8)
    }
    let (start, length) = (UInt32(position), UInt32(directory.bytes.count))
    directory.add(0x0605_4B50 as UInt32)
    directory.add(0 as UInt32)
    directory.add(UInt16(entries.count))
    directory.add(UInt16(entries.count))
    directory.add(length)
    directory.add(start)
    directory.add(0 as UInt16)
    try write(directory.bytes)
    try file.finish()
  }

  private mutating func write(_ bytes: [UInt8]) throws(WeightFileError) {
    try unsafe file.write(bytes.span.bytes)
    position += bytes.count
  }
}

/// Bytes of numbers, the lowest first.
private struct LittleEndianBytes {
  var bytes: [UInt8] = []

  mutating func add(_ number: some FixedWidthInteger) {
    for shift in stride(from: 0, to: number.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  /// What a file's header and its entry in the directory have in common, from the version that is
  /// needed (2.0) up to the lengths: no flags, stored, made on 1 January 1980.
  mutating func addEntry(
    _ checksum: UInt32, _ byteCount: UInt32, _ name: String, extraLength: Int
  ) {
    for number in [20, 0, 0, 0, 0x21] as [UInt16] { add(number) }
    add(checksum)
    add(byteCount)
    add(byteCount)
    add(UInt16(name.utf8.count))
    add(UInt16(extraLength))
  }
}

/// The cyclic redundancy check of ZIP files (ISO 3309).
private enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
    }
  }

  static func checksum(_ bytes: RawSpan) -> UInt32 {
    let table = table
    let entries = table.span
    var value = UInt32.max
    unsafe bytes.withUnsafeBytes { bytes in
      for index in bytes.indices {
        unsafe value = entries[Int(UInt8(truncatingIfNeeded: value) ^ bytes[index])] ^ value >> 8
      }
    }
    return ~value
  }
}
