import CZeroMQ
import Glibc

/// Wakes a thread that polls: an eventfd.
final class Wakeup: Sendable {
  let descriptor: Int32

  /// - Throws: ``ZeroMQTransportError`` with code `system`.
  init() throws(ZeroMQTransportError) {
    descriptor = captionmesh_eventfd()
    if descriptor < 0 { throw .lastError("cannot make an eventfd") }
  }

  deinit { close(descriptor) }

  /// Makes ``descriptor`` readable until ``reset()``. May be called on any thread.
  func signal() {
    // The only way to fail is that the counter is full, and then the thread wakes up anyway.
    var one: UInt64 = 1
    _ = unsafe write(descriptor, &one, MemoryLayout<UInt64>.size)
  }

  /// Forgets all signals so far.
  func reset() {
    var count: UInt64 = 0
    _ = unsafe read(descriptor, &count, MemoryLayout<UInt64>.size)
  }
}
