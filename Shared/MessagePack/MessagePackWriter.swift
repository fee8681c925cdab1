import CMessagePack

/// Writes one msgpack value after another into memory that grows.
///
/// Most code does not use it directly but describes its messages by ``MessagePackMessage`` and
/// calls ``pack(_:capacity:)``. Writing never fails at once: a value that is too large for
/// msgpack's 32-bit lengths is reported by ``finish()``.
public struct MessagePackWriter: ~Copyable {
  let buffer: GrowableBuffer

  /// - Parameter capacity: the number of bytes expected; more are allocated when needed.
  public init(capacity: Int = 256) {
    buffer = GrowableBuffer(capacity: capacity)
  }

  init(sharing buffer: GrowableBuffer) {
    self.buffer = buffer
  }

  /// The bytes of one value.
  public static func pack(
    _ value: some MessagePackConvertible, capacity: Int = 256
  ) throws(MessagePackError) -> MessageBytes {
    var writer = MessagePackWriter(capacity: capacity)
    value.encode(into: &writer)
    return try writer.finish()
  }

  /// All bytes written so far, handed over without copying.
  ///
  /// - Throws: ``MessagePackError`` with code `tooLarge` for the first value that could not be
  ///   written.
  public consuming func finish() throws(MessagePackError) -> MessageBytes {
    if let failure = buffer.failure { throw failure }
    return buffer.takeBytes()
  }

  public mutating func writeNil() {
    unsafe buffer.pack { unsafe msgpack_pack_nil($0) }
  }

  public mutating func write(_ value: Bool) {
    unsafe buffer.pack { unsafe value ? msgpack_pack_true($0) : msgpack_pack_false($0) }
  }

  /// Writes an integer in the fewest bytes.
  public mutating func write(_ value: Int64) {
    unsafe buffer.pack { unsafe msgpack_pack_int64($0, value) }
  }

  /// Writes an integer in the fewest bytes.
  public mutating func write(_ value: UInt64) {
    unsafe buffer.pack { unsafe msgpack_pack_uint64($0, value) }
  }

  public mutating func write(_ value: Float) {
    unsafe buffer.pack { unsafe msgpack_pack_float($0, value) }
  }

  public mutating func write(_ value: Double) {
    unsafe buffer.pack { unsafe msgpack_pack_double($0, value) }
  }

  /// Writes a str.
  public mutating func write(_ value: String) {
    var value = value
    value.withUTF8 { utf8 in
      guard fits(utf8.count) else { return }
      unsafe buffer.pack { unsafe msgpack_pack_str($0, utf8.count) }
      unsafe buffer.append(UnsafeRawBufferPointer(utf8))
    }
  }

  /// Writes a bin.
  public mutating func write(_ value: RawSpan) {
    guard fits(value.byteCount) else { return }
    unsafe buffer.pack { unsafe msgpack_pack_bin($0, value.byteCount) }
    unsafe value.withUnsafeBytes { unsafe buffer.append($0) }
  }

  /// Writes a bin that holds one packed value, without packing it elsewhere first.
  public mutating func writeBinary(containing value: some MessagePackConvertible) {
    let header = buffer.count
    write(UInt64(UInt32.max))  // five bytes, like the header that takes their place
    value.encode(into: &self)
    let length = buffer.count - header - 5
    guard fits(length) else { return }
    buffer.patchBinaryHeader(at: header, length: UInt32(length))
  }

  /// Begins an array: write `count` values after it.
  public mutating func beginArray(count: Int) {
    guard fits(count) else { return }
    unsafe buffer.pack { unsafe msgpack_pack_array($0, count) }
  }

  /// Begins a map: write `count` keys, each followed by its value, after it.
  public mutating func beginMap(count: Int) {
    guard fits(count) else { return }
    unsafe buffer.pack { unsafe msgpack_pack_map($0, count) }
  }

  /// Writes a map of the pairs that `body` encodes; they need not be counted beforehand.
  public mutating func writeMap(_ body: (inout MessagePackMapWriter) -> Void) {
    let header = buffer.count
    beginMap(count: 0)
    var map = MessagePackMapWriter(buffer: buffer)
    body(&map)
    guard fits(map.count) else { return }
    buffer.patchMapHeader(at: header, pairs: map.count)
  }

  private func fits(_ length: Int) -> Bool {
    if UInt32(exactly: length) != nil { return true }
    buffer.failure =
      buffer.failure
      ?? MessagePackError(
        code: .tooLarge,
        message: "\(length) is more than a msgpack length can say; send it in parts")
    return false
  }
}

/// Writes the pairs of one map.
public struct MessagePackMapWriter: ~Copyable {
  let buffer: GrowableBuffer
  private(set) var count = 0

  init(buffer: GrowableBuffer) { self.buffer = buffer }

  /// Writes a pair. A key that is written twice stands twice in the map; readers see the first.
  public mutating func encode(_ key: String, _ value: some MessagePackConvertible) {
    var writer = MessagePackWriter(sharing: buffer)
    writer.write(key)
    value.encode(into: &writer)
    count += 1
  }

  /// Writes a pair, or nothing at all for nil.
  public mutating func encodeIfPresent(_ key: String, _ value: (some MessagePackConvertible)?) {
    if let value { encode(key, value) }
  }
}
