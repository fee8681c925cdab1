import Glibc

/// The directory where a running mesh keeps its sockets, logs and the names of its processes. One
/// directory is one mesh.
///
///     <runtime>/dispatcher.sock  supervisor.sock  supervisor.lock  supervisor.pid
///     <runtime>/processes/<name>.pid
///     <runtime>/logs/<name>.log
public struct RuntimeDirectory: Hashable, Sendable {
  /// The most bytes of a Unix socket's path (unix(7), less the closing zero).
  static let socketPathLimit = 107

  public let path: String

  public init(path: String) { self.path = path }

  /// `$CAPTIONMESH_RUNTIME`, or `captionmesh` in `$XDG_RUNTIME_DIR`, or `/tmp/captionmesh-<uid>`.
  ///
  /// - Parameter workingDirectory: where a relative path begins.
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

  public var dispatcherSocket: String { "\(path)/dispatcher.sock" }
  public var supervisorSocket: String { "\(path)/supervisor.sock" }
  public var logs: String { "\(path)/logs" }
  package var processes: String { "\(path)/processes" }
  var lock: String { "\(path)/supervisor.lock" }
  package var supervisorRecord: ProcessRecord { ProcessRecord(path: "\(path)/supervisor.pid") }

  public func log(of name: String) -> String { "\(logs)/\(name).log" }
  package func record(of name: ProcessName) -> ProcessRecord {
    ProcessRecord(path: "\(processes)/\(name).pid")
  }

  /// Makes the directory and those in it, for the user alone, unless they are there.
  ///
  /// - Throws: ``SupervisionError`` with code `runtimeDirectory` when a socket's path would be too
  ///   long, when the directory is somebody else's or open to others, or cannot be made.
  public func create() throws(SupervisionError) {
    let length = max(dispatcherSocket.utf8.count, supervisorSocket.utf8.count)
    guard length <= Self.socketPathLimit else {
      throw SupervisionError(
        .runtimeDirectory,
        "\(path): a socket's path would have \(length) bytes, at most \(Self.socketPathLimit) are "
          + "possible; set CAPTIONMESH_RUNTIME to a shorter path")
    }
    for directory in [path, logs, processes] {
      guard unsafe mkdir(directory, 0o700) == 0 || errno == EEXIST else {
        let reason = SupervisionError.system("cannot make \(directory)").message
        throw SupervisionError(
          .runtimeDirectory, "\(reason); set CAPTIONMESH_RUNTIME to a directory that can be made")
      }
    }
    try check()
  }

  /// Whether there is such a directory.
  public var exists: Bool { unsafe access(path, F_OK) == 0 }

  /// Makes sure that the directory is the user's and closed to others.
  ///
  /// - Throws: ``SupervisionError`` with code `runtimeDirectory`.
  public func check() throws(SupervisionError) {
    var information = stat()
    guard unsafe lstat(path, &information) == 0 else {
      throw .system("cannot look at \(path)")
    }
    guard information.st_mode & S_IFMT == S_IFDIR, information.st_uid == geteuid() else {
      throw SupervisionError(
        .runtimeDirectory,
        "\(path) is not a directory of yours; set CAPTIONMESH_RUNTIME to another path")
    }
    guard information.st_mode & 0o077 == 0 else {
      throw SupervisionError(
        .runtimeDirectory, "\(path) is open to others; run: chmod 700 \(path)")
    }
  }
}
