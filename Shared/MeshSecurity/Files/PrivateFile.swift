import Glibc

/// Files that hold secrets, or say who may come in.
enum PrivateFile {
  /// Nothing here is larger.
  static let maximumBytes = 1 << 20

  /// What nobody else may do with a file.
  enum Protection: mode_t {
    /// Read or write it: it is a secret.
    case secret = 0o077
    /// Write it.
    case readable = 0o022
  }

  /// Which version of a file it was.
  struct Version: Hashable {
    let device: UInt
    let number: UInt
    let size: Int
    let seconds: Int
    let nanoseconds: Int

    fileprivate init(_ status: stat) {
      device = UInt(status.st_dev)
      number = UInt(status.st_ino)
      size = Int(status.st_size)
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
    }

    /// Of the file that is there now; nil where there is none.
    init?(_ path: String) {
      var status = stat()
      guard unsafe stat(path, &status) == 0 else { return nil }
      self.init(status)
    }
  }

  /// A file's bytes, once it is certain that nobody else could read, or write, them.
  ///
  /// - Throws: ``SecurityError`` with code `missing`, `exposed`, `malformed` or `system`.
  static func read(
    _ path: String, _ protection: Protection
  ) throws(SecurityError) -> (bytes: [UInt8], version: Version) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw SecurityError(.missing, "\(path): there is no such file") }
      throw failure(path, "cannot be read")
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw failure(path, "cannot be read") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw SecurityError(.malformed, "\(path): is no file")
    }
    guard status.st_uid == geteuid() || status.st_uid == 0 else {
      throw SecurityError(.exposed, "\(path): is another user's; make it your own with chown")
    }
    guard status.st_mode & protection.rawValue == 0 else {
      throw SecurityError(
        .exposed,
        "\(path): others may \(protection == .secret ? "read" : "write") it; run: chmod 600 "
          + "\(path)" + (protection == .secret ? ", and revoke the key if others could" : ""))
    }
    guard status.st_size <= maximumBytes else {
      throw SecurityError(.malformed, "\(path): is larger than \(maximumBytes) bytes")
    }
    return (try bytes(of: descriptor, path), Version(status))
  }

  private static func bytes(of descriptor: Int32, _ path: String) throws(SecurityError) -> [UInt8] {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4_096)
    while bytes.count <= maximumBytes {
      let count = unsafe Glibc.read(descriptor, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path, "cannot be read") }
      if count == 0 { return bytes }
      bytes += part[..<count]
    }
    throw SecurityError(.malformed, "\(path): is larger than \(maximumBytes) bytes")
  }

  static func failure(_ path: String, _ what: String) -> SecurityError {
    let reason = unsafe String(cString: strerror(errno))
    return SecurityError(.system, "\(path): \(what): \(reason)")
  }
}
