/// Reading numbers from bytes that nobody has checked: nil, never a trap, outside of them.
extension RawSpan {
  /// The byte at `offset`.
  func byte(at offset: Int) -> UInt8? {
    guard offset >= 0, offset < byteCount else { return nil }
    return unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  /// The 16-bit number at `offset`.
  func uint16(at offset: Int, bigEndian: Bool) -> Int? {
    guard offset >= 0, offset < byteCount - 1 else { return nil }
    let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
    return Int(bigEndian ? UInt16(bigEndian: value) : UInt16(littleEndian: value))
  }

  /// The 32-bit number at `offset`.
  func uint32(at offset: Int, bigEndian: Bool) -> Int? {
    guard offset >= 0, offset < byteCount - 3 else { return nil }
    let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return Int(bigEndian ? UInt32(bigEndian: value) : UInt32(littleEndian: value))
  }

  /// Whether `expected` stands at `offset`.
  func starts(with expected: [UInt8], at offset: Int = 0) -> Bool {
    expected.indices.allSatisfy { byte(at: offset + $0) == expected[$0] }
  }
}
