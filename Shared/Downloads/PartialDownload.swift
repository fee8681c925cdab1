internal import Glibc

/// A file on its way, of which one process at a time writes the next bytes.
final class PartialDownload {
  let path: String
  var partialPath: String { path + ".partial" }
  private var validatorPath: String { path + ".validator" }
  private let descriptor: Int32
  /// Bytes that are there.
  private(set) var byteCount: Int

  /// Opens what an earlier attempt left, or begins.
  init(_ path: String) throws(DownloadError) {
    self.path = path
    descriptor = unsafe open(path + ".partial", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      byteCount = 0
      throw Self.failure(path)
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      byteCount = 0
      throw DownloadError(.unwritable, "\(path): another process is downloading it")
    }
    byteCount = Int(lseek(descriptor, 0, SEEK_END))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// By what the server knows the version that the bytes are of; nil where it never said.
  var validator: String? {
    let file = unsafe open(validatorPath, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = unsafe read(file, &bytes, bytes.count)
    // It becomes a header's value.
    guard count > 0, bytes[..<count].allSatisfy({ (0x20..<0x7F).contains($0) }) else { return nil }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// Throws away what is there and begins with another version.
  func restart(validator: String?) throws(DownloadError) {
    unsafe _ = unlink(validatorPath)
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw Self.failure(path)
    }
    byteCount = 0
    guard let validator else { return }
    let file = unsafe open(validatorPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw Self.failure(validatorPath) }
    defer { close(file) }
    let bytes = Array(validator.utf8)
    guard unsafe write(file, bytes, bytes.count) == bytes.count else {
      throw Self.failure(validatorPath)
    }
  }

  /// Adds bytes at the end; returns whether there was room.
  func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var rest = unsafe bytes[...]
    while unsafe !rest.isEmpty {
      let count = unsafe write(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      byteCount += count
      unsafe rest = rest.dropFirst(count)
    }
    return true
  }

  /// Whether so many bytes more have room on the disk; true where that is not known.
  func hasRoom(for count: Int) -> Bool {
    var status = statvfs()
    guard unsafe fstatvfs(descriptor, &status) == 0 else { return true }
    return count / max(Int(status.f_frsize), 1) <= Int(clamping: status.f_bavail)
  }

  /// Puts the complete file in its place.
  func finish() throws(DownloadError) {
    guard fsync(descriptor) == 0, unsafe rename(partialPath, path) == 0 else {
      throw Self.failure(path)
    }
    unsafe _ = unlink(validatorPath)
  }

  /// Throws away what was fetched; the next attempt begins anew.
  func discardBytes() {
    unsafe _ = unlink(validatorPath)
    if ftruncate(descriptor, 0) == 0 { byteCount = 0 }
    lseek(descriptor, 0, SEEK_SET)
  }

  /// Removes everything.
  func discard() {
    unsafe _ = unlink(partialPath)
    unsafe _ = unlink(validatorPath)
  }

  static func failure(_ path: String) -> DownloadError {
    DownloadError(
      .unwritable,
      "\(path): cannot be written: \(unsafe String(cString: strerror(errno))); is there room and "
        + "permission?")
  }
}
