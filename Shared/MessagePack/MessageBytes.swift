public import GRPCCore
public import Tensor

/// The bytes of a message, or some of them: shared, and immutable once made.
///
/// Copies and slices share the ``buffer``. The transport receives frames into this type without
/// copying them and hands it over to the socket without copying it.
public struct MessageBytes: Sendable {
  /// Who owns the memory.
  public let buffer: AlignedBuffer
  /// Where in the buffer these bytes lie.
  public let range: Range<Int>

  /// All bytes of a buffer.
  public init(_ buffer: AlignedBuffer) {
    self.buffer = buffer
    self.range = 0..<buffer.byteCount
  }

  private init(_ buffer: AlignedBuffer, range: Range<Int>) {
    self.buffer = buffer
    self.range = range
  }

  /// A copy of the given bytes.
  public init(copying bytes: RawSpan) {
    self.init(unsafe bytes.withUnsafeBytes { unsafe AlignedBuffer(copying: $0) })
  }

  /// Some of these bytes, counted from their start, sharing the buffer.
  public subscript(part: Range<Int>) -> MessageBytes {
    precondition(part.lowerBound >= 0 && part.upperBound <= count, "\(part) is not in 0..<\(count)")
    let start = range.lowerBound
    return MessageBytes(buffer, range: start + part.lowerBound..<start + part.upperBound)
  }

  /// The bytes, for as long as this value is borrowed.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let part = unsafe buffer.bytes.extracting(unchecked: range)
      return unsafe _overrideLifetime(part, borrowing: self)
    }
  }

  /// A copy of the bytes as an array.
  public var array: [UInt8] {
    unsafe withUnsafeBytes { unsafe [UInt8]($0) }
  }
}

extension MessageBytes: GRPCContiguousBytes {
  public init(repeating byte: UInt8, count: Int) {
    let buffer = AlignedBuffer(byteCount: count)
    unsafe buffer.withUnsafeMutableBytes { bytes in
      _ = unsafe bytes.initializeMemory(as: UInt8.self, repeating: byte)
    }
    self.init(buffer)
  }

  public init<Bytes: Sequence>(_ sequence: Bytes) where Bytes.Element == UInt8 {
    let array = [UInt8](sequence)
    self.init(unsafe array.withUnsafeBytes { unsafe AlignedBuffer(copying: $0) })
  }

  public var count: Int { range.count }

  public func withUnsafeBytes<R>(
    _ body: (_ buffer: UnsafeRawBufferPointer) throws -> R
  ) rethrows -> R {
    try unsafe buffer.withUnsafeBytes { bytes in
      try unsafe body(UnsafeRawBufferPointer(rebasing: bytes[range]))
    }
  }

  /// Gives the body a copy to write to: others may share the buffer, and it may not be ours.
  public mutating func withUnsafeMutableBytes<R>(
    _ body: (_ buffer: UnsafeMutableRawBufferPointer) throws -> R
  ) rethrows -> R {
    self = MessageBytes(copying: bytes)
    return try unsafe buffer.withUnsafeMutableBytes(body)
  }
}

extension MessageBytes: Equatable {
  public static func == (lhs: MessageBytes, rhs: MessageBytes) -> Bool {
    unsafe lhs.withUnsafeBytes { left in
      unsafe rhs.withUnsafeBytes { right in unsafe left.elementsEqual(right) }
    }
  }
}

extension AlignedBuffer {
  fileprivate convenience init(copying bytes: UnsafeRawBufferPointer) {
    self.init(byteCount: bytes.count)
    unsafe withUnsafeMutableBytes { unsafe $0.copyMemory(from: bytes) }
  }
}
