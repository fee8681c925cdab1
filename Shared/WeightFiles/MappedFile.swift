internal import Glibc
internal import Tensor

/// A file's bytes, mapped: read from the disk as they are touched, and not counted twice when
/// several processes map the same file.
///
/// The file must not be changed in place while it is mapped; a file that is replaced by renaming
/// another over it stays intact for those who have it mapped.
enum MappedFile {
  static func open(_ path: String) throws(WeightFileError) -> AlignedBuffer {
    func failure(_ what: String) -> WeightFileError {
      WeightFileError(code: .unreadable, path: path, message: "\(what): \(systemErrorMessage())")
    }
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("cannot be opened") }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw failure("cannot be examined") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw WeightFileError(code: .unreadable, path: path, message: "is not a regular file")
    }
    let byteCount = Int(status.st_size)
    guard byteCount > 0 else {
      throw WeightFileError(code: .malformed, path: path, message: "is empty")
    }
    let base = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let base = unsafe base, unsafe base != MAP_FAILED else {
      throw failure("cannot be mapped")
    }
    return unsafe AlignedBuffer(unsafeAdopting: base, byteCount: byteCount) { base in
      unsafe _ = munmap(base, byteCount)
    }
  }

  /// Gives back the memory of a mapped file's pages; they are read again when touched.
  static func releasePages(of file: AlignedBuffer) {
    unsafe file.withUnsafeMutableBytes { bytes in
      unsafe _ = madvise(bytes.baseAddress, bytes.count, MADV_DONTNEED)
    }
  }
}

/// What the last failed system call says about itself.
func systemErrorMessage() -> String {
  unsafe String(cString: strerror(errno))
}
