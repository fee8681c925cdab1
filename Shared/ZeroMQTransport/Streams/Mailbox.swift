import Synchronization

/// How tasks tell the I/O thread what there is to do.
final class Mailbox: Sendable {
  /// What the transport as a whole is to do; each replaces the one before.
  enum Command: Int, Comparable {
    case run
    /// Start nothing new.
    case drain
    /// All streams are done: send what is left and stop.
    case finish
    /// Stop at once: fail all streams.
    case abort

    static func < (lhs: Command, rhs: Command) -> Bool { lhs.rawValue < rhs.rawValue }
  }

  private struct State {
    var channels: [StreamChannel] = []
    var command = Command.run
    var isClosed = false
  }

  let wakeup: Wakeup
  private let state = Mutex(State())

  /// - Throws: ``ZeroMQTransportError`` with code `system`.
  init() throws(ZeroMQTransportError) { wakeup = try Wakeup() }

  /// Has the I/O thread look at a stream that has something to send.
  ///
  /// - Returns: false when the I/O thread has ended and nothing will ever be sent.
  func post(_ channel: StreamChannel) -> Bool {
    let (isClosed, isFirst) = state.withLock { state in
      if !state.isClosed { state.channels.append(channel) }
      return (state.isClosed, state.channels.count == 1)
    }
    // The thread takes all channels whenever it wakes up, hence one signal is enough.
    if !isClosed && isFirst { wakeup.signal() }
    return !isClosed
  }

  /// Commands never go back: what is lower than the last one is ignored.
  func post(_ command: Command) {
    state.withLock { $0.command = max($0.command, command) }
    wakeup.signal()
  }

  /// What was posted since the last call.
  ///
  /// - Parameter isSignalled: whether ``wakeup`` was found to be signalled.
  func take(isSignalled: Bool) -> (channels: [StreamChannel], command: Command) {
    if isSignalled { wakeup.reset() }
    return state.withLock { state in
      defer { state.channels = [] }
      return (state.channels, state.command)
    }
  }

  /// Takes nothing more. Returns what was left.
  func close() -> [StreamChannel] {
    state.withLock { state in
      defer { state.channels = [] }
      state.isClosed = true
      return state.channels
    }
  }
}
