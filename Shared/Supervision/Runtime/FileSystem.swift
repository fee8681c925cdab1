import Glibc

/// Which file a path leads to, and how large it is.
struct FileIdentity: Hashable, Sendable {
  let number: UInt64
  let size: Int

  /// Nil when there is no such file.
  init?(_ path: String) {
    var information = stat()
    guard unsafe stat(path, &information) == 0 else { return nil }
    number = UInt64(information.st_ino)
    size = Int(information.st_size)
  }
}

/// What is asked of files and folders here.
enum FileSystem {
  static func isExecutable(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }

  /// At most `limit` bytes of a file from an offset on; none when it cannot be read.
  static func bytes(of path: String, from offset: Int, limit: Int) -> [UInt8] {
    guard let file = try? FileDescriptor(path: path, O_RDONLY),
      lseek(file.number, off_t(offset), SEEK_SET) >= 0
    else { return [] }
    return (try? file.read(limit: limit, from: path)) ?? []
  }

  /// The names in a folder, in order; none when there is no such folder.
  static func names(in path: String) -> [String] {
    guard let stream = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
