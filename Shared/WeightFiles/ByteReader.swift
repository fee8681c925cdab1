internal import Tensor

/// A cursor over bytes that somebody else made: every step is checked against the end.
struct ByteReader {
  let buffer: AlignedBuffer
  /// The file's name, for errors.
  let path: String
  private(set) var position: Int
  let end: Int

  init(_ buffer: AlignedBuffer, path: String, range: Range<Int>? = nil) {
    let range = range ?? 0..<buffer.byteCount
    precondition(range.lowerBound >= 0 && range.upperBound <= buffer.byteCount)
    self.buffer = buffer
    self.path = path
    self.position = range.lowerBound
    self.end = range.upperBound
  }

  var remaining: Int { end - position }

  func failure(_ code: WeightFileError.Code, _ message: String) -> WeightFileError {
    WeightFileError(code: code, path: path, message: "\(message) (at byte \(position))")
  }

  /// Steps over `count` bytes and says where they are.
  mutating func skip(_ count: Int) throws(WeightFileError) -> Range<Int> {
    guard count >= 0, count <= remaining else {
      throw failure(.malformed, "ends early: \(count) more bytes are needed, \(remaining) are left")
    }
    defer { position += count }
    return position..<(position + count)
  }

  /// Goes to an absolute position.
  mutating func seek(to position: Int) throws(WeightFileError) {
    guard position >= 0, position <= end else {
      throw failure(.malformed, "points to byte \(position), beyond its end")
    }
    self.position = position
  }

  /// A little-endian integer.
  mutating func integer<I: FixedWidthInteger & BitwiseCopyable>(
    _ type: I.Type = I.self
  ) throws(WeightFileError) -> I {
    let range = try skip(MemoryLayout<I>.size)
    let bytes = buffer.bytes
    return unsafe I(
      littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: range.lowerBound, as: I.self))
  }

  mutating func byte() throws(WeightFileError) -> UInt8 { try integer() }

  /// `count` bytes of UTF-8, at most `limit`.
  mutating func string(
    byteCount count: Int, limit: Int = 1 << 20
  ) throws(WeightFileError) -> String {
    guard count <= limit else {
      throw failure(.tooLarge, "holds a string of \(count) bytes; at most \(limit) are read")
    }
    let range = try skip(count)
    guard let text = text(in: range) else {
      throw failure(.malformed, "holds a broken UTF-8 string")
    }
    return text
  }

  /// The text up to the next line feed, which is stepped over.
  mutating func line(limit: Int = 256) throws(WeightFileError) -> String {
    let start = position
    while try byte() != UInt8(ascii: "\n") {
      guard position - start <= limit else {
        throw failure(.tooLarge, "holds a line of more than \(limit) bytes")
      }
    }
    guard let text = text(in: start..<(position - 1)) else {
      throw failure(.malformed, "holds a broken UTF-8 string")
    }
    return text
  }

  private func text(in range: Range<Int>) -> String? {
    unsafe buffer.bytes.extracting(range).withUnsafeBytes {
      unsafe String(validating: $0, as: UTF8.self)
    }
  }
}
