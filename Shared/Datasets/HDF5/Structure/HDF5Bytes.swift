import Glibc

/// A file whose parts are read by their place; only those that are asked for are in memory.
final class HDF5Bytes: Sendable {
  let path: String
  let byteCount: Int
  private let descriptor: Int32

  /// - Throws: ``DatasetError`` `unreadable`.
  init(_ path: String) throws(DatasetError) {
    self.path = path
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw DatasetError(
        .unreadable,
        "\(path): cannot be opened as HDF5: \(unsafe String(cString: strerror(errno)))")
    }
    byteCount = Storage.byteCount(path)
  }

  deinit { close(descriptor) }

  func failure(_ what: String) -> DatasetError {
    DatasetError(.unreadable, "\(path): cannot be opened as HDF5: \(what)")
  }

  /// Says that these bytes are in the file.
  func require(_ count: Int, at address: Int) throws(DatasetError) {
    guard address >= 0, count >= 0, count <= byteCount, address <= byteCount - count else {
      throw failure("it has \(byteCount) bytes, but \(count) at \(address) are needed")
    }
  }

  /// The bytes at a place; at most 16 MiB of them.
  func fields(_ count: Int, at address: Int) throws(DatasetError) -> HDF5Fields {
    try require(count, at: address)
    guard count <= 1 << 24 else { throw failure("a structure of \(count) bytes") }
    var bytes = [UInt8](repeating: 0, count: count)
    let found = unsafe bytes.withUnsafeMutableBytes {
      unsafe pread(descriptor, $0.baseAddress, count, off_t(address))
    }
    guard found == count else { throw failure("\(count) bytes at \(address) cannot be read") }
    return HDF5Fields(bytes[...], of: self)
  }
}
