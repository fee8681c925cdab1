import CZeroMQ
import Glibc
import Synchronization

/// A thread with a name, for work that blocks; whoever started it joins it.
final class NamedThread: Sendable {
  private let handle: pthread_t

  /// - Parameter name: at most 15 bytes, as the kernel keeps them.
  /// - Throws: ``ZeroMQTransportError`` with code `system`.
  init(name: String, body: @escaping @Sendable () -> Void) throws(ZeroMQTransportError) {
    let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
    var handle = pthread_t()
    let result = unsafe pthread_create(
      &handle, nil,
      { argument in
        let start = unsafe Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
        unsafe captionmesh_set_thread_name(start.name)
        start.body()
        return nil
      }, start.toOpaque())
    guard result == 0 else {
      unsafe start.release()
      let reason = unsafe String(cString: strerror(result))
      throw ZeroMQTransportError(code: .system, message: "cannot start a thread: \(reason)")
    }
    self.handle = handle
  }

  /// Waits for the thread's end. To be called exactly once.
  func join() { _ = pthread_join(handle, nil) }

  private final class Start {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
}

extension NamedThread {
  /// Does work on a thread of its own, and waits for the thread's end.
  ///
  /// - Throws: what `body` does, or ``ZeroMQTransportError`` with code `system`.
  static func run(name: String, body: @escaping @Sendable () throws -> Void) async throws {
    let thread = Mutex<NamedThread?>(nil)
    defer { thread.withLock { $0.take() }?.join() }
    try await withCheckedThrowingContinuation { continuation in
      do {
        // The last thing that the thread does is to resume, hence joining it does not block.
        let started = try NamedThread(name: name) {
          continuation.resume(with: Result(catching: body))
        }
        thread.withLock { $0 = started }
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }
}
