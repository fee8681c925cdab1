import FoundationEssentials
import Glibc

/// The directory where a running mesh keeps its sockets, logs and the names of its processes. One
/// directory is one mesh.
///
///     <runtime>/dispatcher.sock  supervisor.sock  supervisor.lock  supervisor.pid
///     <runtime>/gateway.json
///     <runtime>/processes/<name>.pid
///     <runtime>/logs/<name>.log
public struct RuntimeDirectory: Hashable, Sendable {
  /// The most bytes of a Unix socket's path (unix(7), less the closing zero).
  static let socketPathLimit = 107

  public let path: String

  public init(path: String) { self.path = path }

  /// `$CAPTIONMESH_RUNTIME`, or `captionmesh` in `$XDG_RUNTIME_DIR`, or `/tmp/captionmesh-<uid>`.
  ///
  /// - Parameters:
  ///   - environment: of the process.
  ///   - workingDirectory: where a relative path begins.
  public init(environment: [String: String], workingDirectory: String) {
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    if let path = value("CAPTIONMESH_RUNTIME") {
      self.init(path: path.hasPrefix("/") ? path : "\(workingDirectory)/\(path)")
    } else if let parent = value("XDG_RUNTIME_DIR") {
      self.init(path: "\(parent)/captionmesh")
    } else {
      self.init(path: "/tmp/captionmesh-\(geteuid())")
    }
  }

  /// What this process's environment says.
  public static var `default`: RuntimeDirectory {
    RuntimeDirectory(
      environment: ThisProcess.environment,
      workingDirectory: FileManager.default.currentDirectoryPath)
  }

  public var dispatcherSocket: String { "\(path)/dispatcher.sock" }
  public var supervisorSocket: String { "\(path)/supervisor.sock" }
  var gatewayRecord: String { "\(path)/gateway.json" }
  public var logs: String { "\(path)/logs" }
  public var processes: String { "\(path)/processes" }

  public func log(of name: String) -> String { "\(logs)/\(name).log" }

  /// Where clients and workers find the dispatcher.
  public var dispatcherAddress: String {
    get throws(ServiceError) { try address(of: dispatcherSocket) }
  }

  /// Where the supervisor is asked and told.
  public var supervisorAddress: String {
    get throws(ServiceError) { try address(of: supervisorSocket) }
  }

  /// Makes the directory and those in it, for the user alone, unless they are there.
  ///
  /// - Throws: ``ServiceError`` with code `runtimeDirectory` when a socket's path would be too
  ///   long, when the directory is somebody else's or open to others, or cannot be made.
  public func create() throws(ServiceError) {
    _ = try dispatcherAddress
    _ = try supervisorAddress
    try make(path)
    try check()
    try make(logs)
    try make(processes)
  }

  /// Whether there is such a directory.
  public var exists: Bool { unsafe access(path, F_OK) == 0 }

  /// Makes sure that the directory is the user's and closed to others.
  ///
  /// - Throws: ``ServiceError`` with code `runtimeDirectory`.
  public func check() throws(ServiceError) {
    var information = stat()
    guard unsafe lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR,
      information.st_uid == geteuid()
    else {
      throw ServiceError(
        .runtimeDirectory,
        "\(path) is not a directory of yours; set CAPTIONMESH_RUNTIME to another path")
    }
    guard information.st_mode & 0o077 == 0 else {
      throw ServiceError(
        .runtimeDirectory, "\(path) is open to others; run: chmod 700 \(path)")
    }
  }

  private func make(_ directory: String) throws(ServiceError) {
    guard unsafe mkdir(directory, 0o700) == 0 || errno == EEXIST else {
      let reason = unsafe String(cString: strerror(errno))
      throw ServiceError(
        .runtimeDirectory,
        "cannot make \(directory): \(reason); set CAPTIONMESH_RUNTIME to a directory that can be "
          + "made")
    }
  }

  private func address(of socket: String) throws(ServiceError) -> String {
    guard socket.utf8.count <= Self.socketPathLimit else {
      throw ServiceError(
        .runtimeDirectory,
        "\(socket) has \(socket.utf8.count) bytes, and a socket's path at most "
          + "\(Self.socketPathLimit); set CAPTIONMESH_RUNTIME to a shorter path")
    }
    return "ipc://\(socket)"
  }
}
