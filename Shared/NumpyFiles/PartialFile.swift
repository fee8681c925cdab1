internal import Glibc

/// A file that is written beside the one asked for and takes its place once it is complete; if the
/// owner goes before that, nothing is left behind.
@safe
struct PartialFile: ~Copyable {
  private let path: String
  private let partialPath: String
  private let stream: UnsafeMutablePointer<FILE>
  private var isComplete = false

  init(_ path: String) throws(NumpyFileError) {
    self.path = path
    self.partialPath = path + ".partial"
    guard let stream = unsafe fopen(partialPath, "wb") else { throw Self.failure(partialPath) }
    unsafe self.stream = stream
  }

  deinit {
    unsafe fclose(stream)
    if !isComplete { unsafe unlink(partialPath) }
  }

  func write(_ bytes: RawSpan) throws(NumpyFileError) {
    try unsafe bytes.withUnsafeBytes { bytes throws(NumpyFileError) in
      guard unsafe fwrite(bytes.baseAddress, 1, bytes.count, stream) == bytes.count else {
        throw Self.failure(partialPath)
      }
    }
  }

  /// Goes back to the first byte, to write it again.
  func rewind() throws(NumpyFileError) {
    guard unsafe fseek(stream, 0, SEEK_SET) == 0 else { throw Self.failure(partialPath) }
  }

  /// Puts the file in its place, on the disk.
  consuming func complete() throws(NumpyFileError) {
    guard unsafe fflush(stream) == 0, unsafe fsync(fileno(stream)) == 0 else {
      throw Self.failure(partialPath)
    }
    guard unsafe rename(partialPath, path) == 0 else { throw Self.failure(path) }
    isComplete = true
  }

  private static func failure(_ path: String) -> NumpyFileError {
    NumpyFileError(
      .unwritable, name: path,
      "the file cannot be written: \(unsafe String(cString: strerror(errno)))")
  }
}
