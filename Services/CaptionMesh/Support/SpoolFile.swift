import Glibc

/// A nameless file where parts of something larger wait for their turn; gone with its owner.
final class SpoolFile {
  /// A part's place.
  struct Part {
    fileprivate var offset: Int
    fileprivate var count: Int
  }

  private let descriptor: Int32
  private let folder: String
  private var end = 0

  /// - Parameter folder: where there is room for it.
  /// - Throws: ``SpoolError``.
  init(in folder: String) throws(SpoolError) {
    var template = Array("\(folder)/.captionmesh.XXXXXX".utf8CString)
    descriptor = unsafe mkstemp(&template)
    self.folder = folder
    guard descriptor >= 0 else { throw SpoolError(folder) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unsafe _ = unlink(template)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// - Throws: ``SpoolError``, as where the disk is full.
  func append(_ text: String) throws(SpoolError) -> Part {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes[done...].withUnsafeBytes {
        unsafe pwrite(descriptor, $0.baseAddress, $0.count, off_t(end + done))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SpoolError(folder) }
      done += count
    }
    defer { end += bytes.count }
    return Part(offset: end, count: bytes.count)
  }

  /// - Throws: ``SpoolError``.
  func read(_ part: Part) throws(SpoolError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: part.count)
    var done = 0
    while done < part.count {
      let count = unsafe bytes[done...].withUnsafeMutableBytes {
        unsafe pread(descriptor, $0.baseAddress, $0.count, off_t(part.offset + done))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SpoolError(folder) }
      done += count
    }
    return bytes
  }
}

/// A temporary file could not be written or read.
struct SpoolError: Error, CustomStringConvertible {
  private let folder: String
  private let reason: String

  fileprivate init(_ folder: String) {
    self.folder = folder
    reason = unsafe String(cString: strerror(errno))
  }

  var description: String {
    "\(folder): a temporary file cannot be written there (\(reason)); are room and permission there?"
  }
}
