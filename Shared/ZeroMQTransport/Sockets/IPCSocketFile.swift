import Glibc

/// The file behind an `ipc` address.
///
/// libzmq removes whatever file is at the path when it binds, even that of a live server, hence
/// the look before.
enum IPCSocketFile {
  /// Makes the folder, open to this user only, where it is missing, and sees to it that it is so
  /// where it is not, for whoever can enter it can connect, and that no server listens at the path. The file that a killed server left is no obstacle.
  ///
  /// - Throws: ``ZeroMQTransportError`` with code `addressInUse` or `cannotBind`.
  static func prepare(_ path: String, of address: ZeroMQAddress) throws(ZeroMQTransportError) {
    let folder = String(path[..<path.lastIndex(of: "/")!])
    if !folder.isEmpty, unsafe mkdir(folder, 0o700) != 0, errno != EEXIST {
      throw cannotBind(address, "cannot make the folder \(folder)")
    }
    try check(folder: folder.isEmpty ? "/" : folder, of: address)
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw ZeroMQTransportError(
        code: .cannotBind, message: "\(path) exists and is no socket; choose another address")
    }
    if isAlive(path) { throw .addressInUse(address) }
  }

  private static func check(
    folder: String, of address: ZeroMQAddress
  ) throws(ZeroMQTransportError) {
    var status = stat()
    guard unsafe stat(folder, &status) == 0 else {
      throw cannotBind(address, "cannot look at the folder \(folder)")
    }
    guard status.st_uid == geteuid() else {
      throw ZeroMQTransportError(
        code: .cannotBind,
        message: "cannot bind \(address): the folder \(folder) is another user's; choose one of "
          + "your own")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw ZeroMQTransportError(
        code: .cannotBind,
        message: "cannot bind \(address): others may enter the folder \(folder); run: chmod 700 "
          + folder)
    }
  }

  /// Whether a process accepts connections at the path.
  private static func isAlive(_ path: String) -> Bool {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { target in
      unsafe target.copyBytes(from: path.utf8)
    }
    return unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }

  private static func cannotBind(
    _ address: ZeroMQAddress, _ what: String
  ) -> ZeroMQTransportError {
    let reason = unsafe String(cString: strerror(errno))
    return ZeroMQTransportError(
      code: .cannotBind, message: "cannot bind \(address): \(what): \(reason)")
  }
}
