import Glibc

extension PrivateFile {
  /// Writes a file that its owner alone may read, so that there is never a part of it.
  ///
  /// - Parameter replacing: whether to write over a file that is there.
  /// - Throws: ``SecurityError`` with code `exists` or `system`.
  static func write(_ text: String, to path: String, replacing: Bool) throws(SecurityError) {
    // mkstemp(3) lets nobody but the owner read.
    var template = Array("\(path).XXXXXX".utf8CString)
    let descriptor = unsafe mkstemp(&template)
    guard descriptor >= 0 else { throw failure(path, "cannot be written") }
    let temporaryPath = String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
    defer {
      close(descriptor)
      unsafe _ = unlink(temporaryPath)
    }
    try write(text, to: descriptor, path)
    guard fsync(descriptor) == 0 else { throw failure(path, "cannot be written") }
    // link(2) fails where there is a file, rename(2) replaces it.
    let result = unsafe replacing ? rename(temporaryPath, path) : link(temporaryPath, path)
    guard result == 0 else {
      if errno == EEXIST {
        throw SecurityError(.exists, "\(path): is there already, and is not overwritten")
      }
      throw failure(path, "cannot be written")
    }
    try makeLasting(folder: folder(of: path))
  }

  private static func write(
    _ text: String, to descriptor: Int32, _ path: String
  ) throws(SecurityError) {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { bytes in
        unsafe Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path, "cannot be written") }
      done += count
    }
  }

  /// Makes the folder and those above it, for the user alone, unless they are there.
  ///
  /// - Throws: ``SecurityError`` with code `exposed` when others may enter the folder, or `system`.
  static func make(folder: String) throws(SecurityError) {
    var place = folder.startIndex
    while place != folder.endIndex {
      place = folder[folder.index(after: place)...].firstIndex(of: "/") ?? folder.endIndex
      let part = String(folder[..<place])
      guard unsafe mkdir(part, 0o700) == 0 || errno == EEXIST else {
        throw failure(part, "the folder cannot be made")
      }
    }
    try check(folder: folder)
  }

  /// - Throws: ``SecurityError`` with code `missing`, or `exposed` when others may enter the folder.
  static func check(folder: String) throws(SecurityError) {
    var status = stat()
    guard unsafe stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw SecurityError(
        .missing, "\(folder): there is no such folder; `captionmesh keys init` makes one")
    }
    guard status.st_uid == geteuid() || status.st_uid == 0 else {
      throw SecurityError(.exposed, "\(folder): is another user's; choose a folder of your own")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw SecurityError(
        .exposed, "\(folder): others may enter it; run: chmod 700 \(folder)")
    }
  }

  /// Holds others off who would change the folder's files at the same time.
  static func locking<Value>(
    folder: String, _ body: () throws(SecurityError) -> Value
  ) throws(SecurityError) -> Value {
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(folder, "cannot be opened") }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw failure(folder, "cannot be locked") }
    }
    return try body()
  }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Has what was moved into the folder be there after a power failure, too.
  private static func makeLasting(folder: String) throws(SecurityError) {
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(folder, "cannot be opened") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure(folder, "cannot be written") }
  }
}
