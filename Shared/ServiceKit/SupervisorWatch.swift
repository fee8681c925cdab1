import Dispatch
import Glibc

/// Notices that the supervisor of this process is gone, in whatever way it went.
///
/// A supervised process has as its standard input a pipe whose other end only the supervisor holds
/// and never writes to: the end of the file is the end of the supervisor.
public enum SupervisorWatch {
  /// Lets this process finish what it has, as SIGTERM does, once its supervisor is gone, and ends
  /// it (SIGALRM) if that takes longer than `grace`: nobody is left who would.
  public static func endWithSupervisor(grace: Duration = .seconds(10)) {
    start(STDIN_FILENO) {
      alarm(UInt32(max(1, grace.components.seconds)))
      kill(getpid(), SIGTERM)
    }
  }

  /// - Parameters:
  ///   - descriptor: the read end of the pipe, which has to stay open.
  ///   - onEnd: called once, when nobody holds the other end.
  package static func start(_ descriptor: Int32, onEnd: @escaping @Sendable () -> Void) {
    // A queue of its own has a thread of its own, which may block.
    DispatchQueue(label: "captionmesh.supervisor-watch").async {
      var byte: UInt8 = 0
      while true {
        let count = unsafe read(descriptor, &byte, 1)
        if count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN) { break }
      }
      onEnd()
    }
  }
}
