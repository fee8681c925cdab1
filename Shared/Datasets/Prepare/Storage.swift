import Glibc

/// What preparing asks of the file system.
enum Storage {
  /// Makes a folder and those that it lies in, and checks that it can be written to.
  static func makeFolder(_ path: String) throws(DatasetError) {
    var folder = path.hasPrefix("/") ? "" : "."
    for component in path.split(separator: "/") {
      folder += "/\(component)"
      if unsafe mkdir(folder, 0o755) != 0, errno != EEXIST {
        throw DatasetError.unwritable(folder)
      }
    }
    guard unsafe access(folder, W_OK | X_OK) == 0 else { throw DatasetError.unwritable(path) }
  }

  /// Checks that a folder is there to be read.
  static func checkFolder(_ path: String) throws(DatasetError) {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw DatasetError(.unreadable, "\(path): is no folder of images")
    }
  }

  /// Bytes that are free for this user where `folder` is.
  static func availableBytes(_ folder: String) throws(DatasetError) -> Int {
    var status = statvfs()
    guard unsafe statvfs(folder, &status) == 0 else { throw DatasetError.unwritable(folder) }
    return Int(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        .partialValue)
  }

  /// Bytes that a file takes on the disk, fewer than its length where parts were never written.
  static func allocatedBytes(_ path: String) -> Int {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_blocks) * 512 : 0
  }

  /// A file's length; 0 where there is none.
  static func byteCount(_ path: String) -> Int {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  static func remove(_ path: String) { unsafe _ = unlink(path) }

  /// Brings a file, or a folder's list of files, to the disk.
  static func synchronize(_ path: String) throws(DatasetError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw DatasetError.unwritable(path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw DatasetError.unwritable(path) }
  }

  /// Puts a file in the place of another.
  static func move(_ path: String, to target: String) throws(DatasetError) {
    guard unsafe rename(path, target) == 0 else { throw DatasetError.unwritable(target) }
  }

  /// A whole file of at most `limit` bytes.
  static func bytes(of path: String, limit: Int) throws(DatasetError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw DatasetError(
        .unreadable, "\(path): cannot be read: \(unsafe String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw DatasetError(.unreadable, "\(path): is not a file")
    }
    guard status.st_size <= limit else {
      throw DatasetError(
        .malformed, "\(path): has \(status.st_size) bytes; at most \(limit) are read")
    }
    let size = Int(status.st_size)
    var failed = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { target, filled in
      while filled < size {
        let count = unsafe read(descriptor, target.baseAddress! + filled, size - filled)
        if count < 0, errno == EINTR { continue }
        failed = count < 0
        if count <= 0 { break }
        filled += count
      }
    }
    if failed {
      throw DatasetError(
        .unreadable, "\(path): cannot be read: \(unsafe String(cString: strerror(errno)))")
    }
    return bytes
  }
}
