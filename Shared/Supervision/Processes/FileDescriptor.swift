import Glibc

/// The owner of an open file descriptor, which it closes.
package struct FileDescriptor: ~Copyable, Sendable {
  package let number: Int32

  /// - Parameter number: an open descriptor that nobody else closes.
  package init(owning number: Int32) { self.number = number }

  /// Opens a file that children do not inherit.
  ///
  /// - Throws: ``SupervisionError`` with code `system`.
  init(path: String, _ flags: Int32, mode: mode_t = 0o600) throws(SupervisionError) {
    let number = unsafe open(path, flags | O_CLOEXEC, mode)
    guard number >= 0 else { throw .system("cannot open \(path)") }
    self.number = number
  }

  deinit { close(number) }

  /// Writes all of it.
  package func write(_ text: String, to path: String) throws(SupervisionError) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(number, $0.baseAddress!, $0.count)
      }
      guard count >= 0 else { throw .system("cannot write \(path)") }
      bytes = bytes.dropFirst(count)
    }
  }

  /// The rest of the file, at most `limit` bytes of it.
  func read(limit: Int, from path: String) throws(SupervisionError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: limit)
    var filled = 0
    while filled < limit {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(number, buffer.baseAddress! + filled, limit - filled)
      }
      guard count >= 0 else { throw .system("cannot read \(path)") }
      if count == 0 { break }
      filled += count
    }
    return Array(bytes.prefix(filled))
  }
}
