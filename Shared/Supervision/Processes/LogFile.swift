import Glibc

/// The files that processes write their messages to.
package enum LogFile {
  /// A log that is larger when its process starts is put aside as `<name>.1`, in place of the one
  /// before it.
  package static let sizeLimit: Int = 4 << 20

  /// Opens a log to append to.
  ///
  /// - Throws: ``SupervisionError`` with code `system`.
  package static func open(
    _ path: String, sizeLimit: Int = sizeLimit
  ) throws(SupervisionError) -> FileDescriptor {
    var information = stat()
    if unsafe stat(path, &information) == 0, information.st_size > sizeLimit {
      guard unsafe rename(path, path + ".1") == 0 else { throw .system("cannot rename \(path)") }
    }
    return try FileDescriptor(path: path, O_WRONLY | O_CREAT | O_APPEND)
  }
}
