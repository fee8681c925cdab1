import CZeroMQ
import Glibc
import Synchronization

/// The process's only ZeroMQ context, there while a transport needs it; beside it a server that
/// lets clients in by their keys has one of its own, since a context has one authenticator.
///
/// It is made when the first transport starts (hence after any process was spawned) and
/// terminated by the last one that stops, which waits until what was sent has left the process,
/// for as long as the sockets' linger allows.
@safe
final class ZeroMQContext: Sendable {
  private struct Current { weak var context: ZeroMQContext? }

  private static let current = Mutex(Current())

  /// libzmq's context; its functions may be called on any thread.
  nonisolated(unsafe) let pointer: UnsafeMutableRawPointer

  /// - Throws: ``ZeroMQTransportError`` with code `system`.
  static func shared() throws(ZeroMQTransportError) -> ZeroMQContext {
    try current.withLock { current throws(ZeroMQTransportError) in
      if let context = current.context { return context }
      let context = try ZeroMQContext()
      current.context = context
      return context
    }
  }

  init() throws(ZeroMQTransportError) {
    guard let pointer = unsafe zmq_ctx_new() else { throw .lastError("cannot use ZeroMQ") }
    unsafe self.pointer = unsafe pointer
  }

  deinit {
    while unsafe zmq_ctx_term(pointer) < 0 && zmq_errno() == EINTR {}
  }
}
