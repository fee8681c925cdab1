import CProcesses
import Glibc
import Synchronization

/// A process that this one started, with a thread that waits for its end.
package final class ChildProcess: Sendable {
  package let pid: Int32
  private let isOver = Mutex(false)

  /// Starts a program: the leader of a process group of its own, so that a terminal's Ctrl-C is
  /// left to the supervisor, with default signal handling and no descriptors but the ones given.
  ///
  /// - Parameters:
  ///   - output: both standard output and standard error.
  ///   - isDetached: whether it has a session of its own, apart from any terminal.
  ///   - onExit: called once, on a thread of its own.
  /// - Throws: ``SupervisionError`` with code `system` when the program does not start.
  package init(
    _ command: ProcessCommand, input: borrowing FileDescriptor, output: borrowing FileDescriptor,
    isDetached: Bool = false, onExit: @escaping @Sendable (ProcessExit) -> Void
  ) throws(SupervisionError) {
    var pid: pid_t = 0
    let environment = command.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let arguments = [command.executable] + command.arguments
    let status = unsafe Self.withCStrings(arguments) { argv in
      unsafe Self.withCStrings(environment) { envp in
        unsafe captionmesh_spawn(
          &pid, command.executable, argv, envp, input.number, output.number, output.number,
          isDetached)
      }
    }
    guard status == 0 else { throw .system("cannot start \(command.executable)", status) }
    self.pid = pid
    try Self.startThread { [self] in onExit(awaitExit()) }
  }

  /// Sends a signal to the process, unless it has ended.
  package func signal(_ signal: Int32) {
    isOver.withLock { isOver in
      if !isOver { kill(pid, signal) }
    }
  }

  /// Ends the process and what it started (SIGKILL), unless it has ended.
  package func killGroup() {
    isOver.withLock { isOver in
      if !isOver { kill(-pid, SIGKILL) }
    }
  }

  private func awaitExit() -> ProcessExit {
    var status: Int32 = 0
    var signal: Int32 = 0
    let isKnown = unsafe captionmesh_await_exit(pid, &status, &signal) == 0
    isOver.withLock { isOver in
      isOver = true
      guard isKnown else { return }
      // While the process is not reaped, nobody else has its id: what is left of its group goes.
      kill(-pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
    guard isKnown else { return .unknown }
    return signal == 0 ? .exited(status: status) : .signalled(signal)
  }

  private static func startThread(_ body: @escaping () -> Void) throws(SupervisionError) {
    final class Body {
      let run: () -> Void
      init(_ run: @escaping () -> Void) { self.run = run }
    }
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    unsafe pthread_attr_setstacksize(&attributes, 128 << 10)
    var thread = pthread_t()
    let argument = unsafe Unmanaged.passRetained(Body(body))
    let status = unsafe pthread_create(
      &thread, &attributes,
      { argument in
        unsafe Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
        return nil
      }, argument.toOpaque())
    guard status == 0 else {
      unsafe argument.release()
      throw .system("cannot start a thread", status)
    }
  }

  private static func withCStrings<Value>(
    _ strings: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
  ) -> Value {
    var pointers = unsafe strings.map { unsafe strdup($0) } + [nil]
    defer {
      for index in 0..<strings.count { unsafe free(pointers[index]) }
    }
    return unsafe pointers.withUnsafeMutableBufferPointer {
      unsafe body(UnsafePointer($0.baseAddress!))
    }
  }
}
