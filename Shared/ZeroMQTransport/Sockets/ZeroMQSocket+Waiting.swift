import CZeroMQ
import Glibc
import MessagePack

/// Waiting for a socket, and for what becomes of its connections.
extension ZeroMQSocket {
  static func monitor(
    of socket: UnsafeMutableRawPointer, in context: ZeroMQContext
  ) throws(ZeroMQTransportError) -> UnsafeMutableRawPointer {
    let name = "inproc://monitor-\(UInt(bitPattern: socket))-\(UInt64.random(in: 0 ... .max))"
    let events =
      ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED
      | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
      | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL
    guard unsafe zmq_socket_monitor(socket, name, events) == 0,
      let monitor = unsafe zmq_socket(context.pointer, ZMQ_PAIR)
    else { throw .lastError("cannot watch a ZeroMQ socket") }
    guard unsafe zmq_connect(monitor, name) == 0 else {
      defer { unsafe zmq_close(monitor) }
      throw .lastError("cannot watch a ZeroMQ socket")
    }
    return unsafe monitor
  }

  /// What has become of a connection, or of a listener.
  struct ConnectionEvent: Equatable {
    enum Kind {
      /// A client has connected.
      case accepted
      /// A connection has come to its end.
      case disconnected
      /// A connection could not be made, or a listener was closed.
      case closed
      /// The server does not know the key.
      case unknownKey
      /// One side wants keys and the other has none.
      case mechanismMismatch
      /// The other side hung up during the handshake.
      case hangup
    }

    var kind: Kind
    /// Of the first three kinds the file descriptor, of the others nothing that matters.
    var descriptor: Int32
  }

  /// What has become of connections since the last call, in order.
  func connectionEvents() -> [ConnectionEvent] {
    var events: [ConnectionEvent] = []
    var origin = FrameOrigin()
    while let event = unsafe Self.receiveFrame(from: monitor, &origin) {
      // A frame with the event in 16 bits and a value in 32, then one with the address.
      guard origin.hasMore, event.count == 6 else { continue }
      let descriptor = unsafe event.bytes.unsafeLoadUnaligned(fromByteOffset: 2, as: Int32.self)
      let kind: ConnectionEvent.Kind
      switch unsafe Int32(event.bytes.unsafeLoadUnaligned(as: UInt16.self)) {
      case ZMQ_EVENT_ACCEPTED: kind = .accepted
      case ZMQ_EVENT_DISCONNECTED: kind = .disconnected
      case ZMQ_EVENT_CLOSED: kind = .closed
      case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: kind = .unknownKey
      case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
      where descriptor == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH:
        kind = .mechanismMismatch
      case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL: kind = .hangup
      default: continue
      }
      events.append(ConnectionEvent(kind: kind, descriptor: descriptor))
    }
    return events
  }

  /// Gives back what was bound, and waits until others can bind it; to close the socket would
  /// leave that to some later time.
  func unbind() {
    for address in bound {
      // As long as the listener is open nobody else takes the path for free, hence this is ours.
      if let path = address.path { _ = unsafe unlink(path) }
      unsafe zmq_unbind(pointer, address.description)
    }
    var left = bound.count
    bound = []
    let deadline = ContinuousClock.now + .seconds(1)
    while left > 0 && .now < deadline {
      var item = unsafe zmq_pollitem_t(
        socket: monitor, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)
      unsafe zmq_poll(&item, 1, Self.milliseconds(until: deadline))
      left -= connectionEvents().count { $0.kind == .closed }
    }
  }

  /// What ``wait(for:writable:wakeup:until:)`` found, beside messages.
  struct Ready {
    var hasConnectionEvents = false
    var isSignalled = true
  }

  /// Waits for a message, a connection's event, a signal, or `deadline`.
  ///
  /// - Parameters:
  ///   - writable: whether to wait for the socket to become writable, too.
  ///   - other: another socket to wait for a message at.
  static func wait(
    for socket: ZeroMQSocket?, writable: Bool, or other: ZeroMQSocket? = nil, wakeup: Wakeup,
    until deadline: ContinuousClock.Instant
  ) -> Ready {
    var items = unsafe InlineArray<4, zmq_pollitem_t>(repeating: zmq_pollitem_t())
    unsafe items[0] = zmq_pollitem_t(
      socket: nil, fd: wakeup.descriptor, events: Int16(ZMQ_POLLIN), revents: 0)
    if let socket {
      let events = Int16(ZMQ_POLLIN | (writable ? ZMQ_POLLOUT : 0))
      unsafe items[1] = zmq_pollitem_t(socket: socket.pointer, fd: 0, events: events, revents: 0)
      unsafe items[2] = zmq_pollitem_t(
        socket: socket.monitor, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)
    }
    if let other {
      unsafe items[3] = zmq_pollitem_t(
        socket: other.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)
    }
    let timeout = milliseconds(until: deadline)
    let count: Int32 = socket == nil ? 1 : other == nil ? 3 : 4
    let result = unsafe withUnsafeMutablePointer(to: &items) { items in
      unsafe items.withMemoryRebound(to: zmq_pollitem_t.self, capacity: 4) { items in
        unsafe zmq_poll(items, count, timeout)
      }
    }
    // After an error (a signal came) it is as good as unknown what is ready.
    guard result >= 0 else { return Ready(hasConnectionEvents: socket != nil, isSignalled: true) }
    return unsafe Ready(
      hasConnectionEvents: items[2].revents != 0, isSignalled: items[0].revents != 0)
  }

  /// Rounded up, so that the time has come when the wait is over.
  private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int {
    let (seconds, attoseconds) = ContinuousClock.now.duration(to: deadline).components
    let milliseconds = seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    return Int(max(0, min(milliseconds, 3_600_000)))
  }
}
