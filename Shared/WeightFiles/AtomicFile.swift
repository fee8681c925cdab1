internal import Glibc

/// A file that is written beside its place and put there, whole, by renaming.
struct AtomicFile: ~Copyable {
  private let path: String
  private let partialPath: String
  private let descriptor: Int32

  /// Has `body` write the file; when it throws, what was at `path` stays.
  static func write(
    to path: String, _ body: (borrowing AtomicFile) throws(WeightFileError) -> Void
  ) throws(WeightFileError) {
    let file = try AtomicFile(path)
    do throws(WeightFileError) {
      try body(file)
      try file.commit()
    } catch {
      file.discard()
      throw error
    }
  }

  private init(_ path: String) throws(WeightFileError) {
    self.path = path
    partialPath = "\(path).\(getpid()).partial"
    descriptor = unsafe open(
      partialPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_t(0o644))
    if descriptor < 0 { throw failure("cannot be made") }
  }

  deinit { close(descriptor) }

  /// Writes bytes at the end.
  func append(_ bytes: RawSpan) throws(WeightFileError) {
    var written = 0
    while written < bytes.byteCount {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { throw failure("cannot be written") }
      written += count
    }
  }

  private func commit() throws(WeightFileError) {
    guard fsync(descriptor) == 0 else { throw failure("cannot be written") }
    guard unsafe rename(partialPath, path) == 0 else { throw failure("cannot be put in place") }
  }

  private func discard() { unsafe _ = unlink(partialPath) }

  private func failure(_ what: String) -> WeightFileError {
    WeightFileError(code: .unwritable, path: path, message: "\(what): \(systemErrorMessage())")
  }
}
