/// Bytes with one owner: either allocated here, aligned for vector instructions, or lent by
/// somebody (a mapped file, a received frame) who gets them back when the last user is gone.
///
/// Written only while it is being made; after that it is read by anyone, on any thread.
@safe
public final class AlignedBuffer: @unchecked Sendable {
  /// A cache line, and the widest vector register.
  public static let alignment = 64

  private let base: UnsafeMutableRawPointer
  public let byteCount: Int
  private let release: @Sendable (UnsafeMutableRawPointer) -> Void

  /// Allocates `byteCount` zeroed bytes.
  public convenience init(byteCount: Int) {
    self.init(unsafeUninitializedByteCount: byteCount)
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  /// Allocates `byteCount` bytes of which every one must be written before it is read.
  public init(unsafeUninitializedByteCount byteCount: Int) {
    precondition(byteCount >= 0)
    unsafe self.base = UnsafeMutableRawPointer.allocate(
      byteCount: max(byteCount, 1), alignment: Self.alignment)
    self.byteCount = byteCount
    unsafe self.release = { unsafe $0.deallocate() }
  }

  /// Takes charge of `byteCount` bytes at `base`; `release` gives them back, on any thread.
  public init(
    unsafeAdopting base: UnsafeMutableRawPointer, byteCount: Int,
    release: @escaping @Sendable (UnsafeMutableRawPointer) -> Void
  ) {
    unsafe self.base = base
    self.byteCount = byteCount
    unsafe self.release = release
  }

  deinit { unsafe release(base) }

  /// The bytes, for as long as the buffer is borrowed.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let span = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(base), byteCount: byteCount)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Whether the first byte lies on a multiple of `alignment` bytes.
  public func isAligned(to alignment: Int) -> Bool {
    unsafe UInt(bitPattern: base) % UInt(alignment) == 0
  }

  /// The bytes to write to. Only the one that makes the buffer may call this, and only before it
  /// hands the buffer on.
  public func withUnsafeMutableBytes<R, E: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try unsafe body(UnsafeMutableRawBufferPointer(start: base, count: byteCount))
  }

  /// The bytes to read from.
  public func withUnsafeBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try unsafe body(UnsafeRawBufferPointer(start: base, count: byteCount))
  }
}
