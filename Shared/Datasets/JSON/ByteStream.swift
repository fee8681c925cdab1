import Glibc

/// The bytes of a file one after the other, of which only a piece is in memory: files of captions
/// are larger than what a program that reads them should take.
final class ByteStream {
  private static let pieceLength = 1 << 18

  let path: String
  private let descriptor: Int32
  private var piece: [UInt8] = []
  private var next = 0
  /// Bytes before the piece.
  private var passed = 0

  /// - Throws: ``DatasetError`` `unreadable`.
  init(path: String) throws(DatasetError) {
    self.path = path
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw DatasetError(
        .unreadable, "\(path): cannot be read: \(unsafe String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }

  /// How many bytes were taken.
  var offset: Int { passed + next }

  /// The byte that ``take()`` gives next; nil at the end.
  ///
  /// - Throws: ``DatasetError`` `unreadable`.
  func peek() throws(DatasetError) -> UInt8? {
    if next == piece.count { try refill() }
    return next < piece.count ? piece[next] : nil
  }

  /// The next byte; nil at the end.
  ///
  /// - Throws: ``DatasetError`` `unreadable`.
  func take() throws(DatasetError) -> UInt8? {
    if next == piece.count { try refill() }
    guard next < piece.count else { return nil }
    next += 1
    return piece[next - 1]
  }

  private func refill() throws(DatasetError) {
    passed += piece.count
    next = 0
    var count = -1
    piece = unsafe [UInt8](unsafeUninitializedCapacity: Self.pieceLength) { target, filled in
      repeat {
        count = unsafe read(descriptor, target.baseAddress, target.count)
      } while count < 0 && errno == EINTR
      filled = max(count, 0)
    }
    guard count >= 0 else {
      throw DatasetError(
        .unreadable, "\(path): cannot be read: \(unsafe String(cString: strerror(errno)))")
    }
  }
}
