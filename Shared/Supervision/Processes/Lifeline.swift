import CProcesses

/// A pipe that says to children whether their supervisor lives.
///
/// They hold its read end as their standard input, and only the supervisor holds its write end.
/// When the supervisor ends, in whatever way, they read the end of the file.
package final class Lifeline: Sendable {
  package let readEnd: FileDescriptor
  private let writeEnd: FileDescriptor

  /// - Throws: ``SupervisionError`` with code `system`.
  package init() throws(SupervisionError) {
    var read: Int32 = -1
    var write: Int32 = -1
    let status = unsafe captionmesh_pipe(&read, &write)
    guard status == 0 else { throw .system("cannot make a pipe", status) }
    readEnd = FileDescriptor(owning: read)
    writeEnd = FileDescriptor(owning: write)
  }
}
