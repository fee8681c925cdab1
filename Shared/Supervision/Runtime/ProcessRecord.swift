import Glibc

/// A file that names a process: its id and start time.
package struct ProcessRecord {
  package let path: String

  package init(path: String) { self.path = path }

  /// - Throws: ``SupervisionError`` with code `system`.
  package func write(_ identity: ProcessIdentity) throws(SupervisionError) {
    let file = try FileDescriptor(path: path, O_WRONLY | O_CREAT | O_TRUNC)
    try file.write("\(identity.pid) \(identity.startTime)\n", to: path)
  }

  /// The process named in the file, which may have ended; nil when there is no such file or it
  /// makes no sense.
  package func read() -> ProcessIdentity? {
    guard let file = try? FileDescriptor(path: path, O_RDONLY),
      let bytes = try? file.read(limit: 64, from: path)
    else { return nil }
    let fields = String(decoding: bytes, as: UTF8.self).split { $0.isWhitespace }
    guard fields.count == 2, let pid = Int32(fields[0]), pid > 0, let time = UInt64(fields[1])
    else { return nil }
    return ProcessIdentity(pid: pid, startTime: time)
  }

  package func remove() { unsafe unlink(path) }
}
