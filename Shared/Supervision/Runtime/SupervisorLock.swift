import Glibc
import ServiceKit

/// The claim on a runtime directory, which falls away when its holder ends, in whatever way.
final class SupervisorLock: Sendable {
  private let file: FileDescriptor

  /// Claims the directory for this process.
  ///
  /// - Throws: ``SupervisionError`` with code `alreadyRunning` when another one holds it.
  init(_ directory: RuntimeDirectory) throws(SupervisionError) {
    file = try FileDescriptor(path: directory.lock, O_RDWR | O_CREAT)
    guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
      let holder = directory.supervisorRecord.read().map { " (process \($0.pid))" } ?? ""
      throw SupervisionError(
        .alreadyRunning, "a mesh is up already in \(directory.path)\(holder)")
    }
  }
}
