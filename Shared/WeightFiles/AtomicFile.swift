internal import Glibc

/// A file that is written beside its place and moved there when it is complete, so that nobody
/// ever finds a part of it: not after a crash, and not with a full disk.
public struct AtomicFile: ~Copyable {
  private let path: String
  private let temporaryPath: String
  private let descriptor: Int32

  /// Opens a hidden file in the folder of `path`.
  ///
  /// - Throws: ``WeightFileError`` with code `unwritable`.
  public init(_ path: String) throws(WeightFileError) {
    let (folder, name) = Self.split(path)
    var template = Array("\(folder)/.\(name).XXXXXX".utf8CString)
    let descriptor = unsafe mkstemp(&template)
    guard descriptor >= 0 else { throw Self.failure(path, "cannot be written") }
    self.path = path
    self.temporaryPath = String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
    // Nothing is there any more if the file is complete.
    unsafe _ = unlink(temporaryPath)
  }

  /// - Throws: ``WeightFileError`` with code `unwritable`.
  public func write(_ bytes: RawSpan) throws(WeightFileError) {
    let isDone = unsafe bytes.withUnsafeBytes { bytes in
      var rest = unsafe bytes[...]
      while unsafe !rest.isEmpty {
        let count = unsafe Glibc.write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        if count < 0 { return false }
        unsafe rest = rest.dropFirst(count)
      }
      return true
    }
    guard isDone else { throw Self.failure(path, "cannot be written") }
  }

  /// - Throws: ``WeightFileError`` with code `unwritable`.
  public func write(_ bytes: [UInt8]) throws(WeightFileError) { try unsafe write(bytes.span.bytes) }

  /// Moves the file to its place, for good: it is there after a power failure too.
  ///
  /// - Parameter isReplacing: whether it takes the place of what is there already.
  /// - Throws: ``WeightFileError`` with code `exists` where something is there that it does not
  ///   replace, else `unwritable`.
  public consuming func finish(isReplacing: Bool = true) throws(WeightFileError) {
    // mkstemp(3) lets nobody but the owner read.
    guard fchmod(descriptor, 0o644) == 0, fsync(descriptor) == 0 else {
      throw Self.failure(path, "cannot be written")
    }
    if isReplacing {
      guard unsafe rename(temporaryPath, path) == 0 else {
        throw Self.failure(path, "cannot be written")
      }
    } else {
      try moveToFreePlace()
    }
    let folder = unsafe open(Self.split(path).folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw Self.failure(path, "its folder cannot be opened") }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw Self.failure(path, "its folder cannot be written") }
  }

  private func moveToFreePlace() throws(WeightFileError) {
    if unsafe link(temporaryPath, path) == 0 { return }
    // A file system without links: the place is taken first, and what was taken is replaced.
    if [EPERM, ENOTSUP].contains(errno) {
      let place = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      if place >= 0 {
        close(place)
        if unsafe rename(temporaryPath, path) == 0 { return }
      }
    }
    guard errno == EEXIST else { throw Self.failure(path, "cannot be written") }
    throw WeightFileError(code: .exists, path: path, message: "is there already")
  }

  private static func split(_ path: String) -> (folder: String, name: Substring) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path[...]) }
    let folder = slash == path.startIndex ? "/" : String(path[..<slash])
    return (folder, path[path.index(after: slash)...])
  }

  private static func failure(_ path: String, _ what: String) -> WeightFileError {
    WeightFileError(code: .unwritable, path: path, message: "\(what): \(systemErrorMessage())")
  }
}
