import Glibc
public import ServiceKit

/// The supervisor as a process of its own, apart from any terminal.
public enum DetachedSupervisor {
  /// Starts it; it goes on when this process ends.
  ///
  /// - Parameters:
  ///   - arguments: what `mesh supervise` is told.
  ///   - program: the command's executable.
  ///   - directory: the mesh's.
  /// - Returns: the process, so that its end can be noticed.
  /// - Throws: ``SupervisionError`` with code `system`.
  public static func start(
    _ arguments: [String], program: String, in directory: RuntimeDirectory
  ) throws(SupervisionError) -> ProcessIdentity {
    var environment = ThisProcess.environment
    environment["CAPTIONMESH_RUNTIME"] = directory.path
    let child = try ChildProcess(
      ProcessCommand(
        executable: program, arguments: ["mesh", "supervise"] + arguments, environment: environment),
      input: FileDescriptor(path: "/dev/null", O_RDONLY),
      output: LogFile.open(directory.log(of: "supervisor")), isDetached: true, onExit: { _ in })
    guard let identity = ProcessIdentity(pid: child.pid) else {
      throw SupervisionError(
        .system, "the supervisor ended at once; see \(directory.log(of: "supervisor"))")
    }
    return identity
  }
}
