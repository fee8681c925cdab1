import GRPCCore
import MessagePack
import Synchronization

/// A stream between the tasks that read and write it and the I/O thread.
///
/// Everything happens to the ``StreamState`` under a lock; whom that concerns is told after the
/// lock was given back.
final class StreamChannel: Sendable {
  /// Where the stream leads: its name, and the peer of a server.
  struct Route: Hashable {
    var stream: UInt64
    /// The identity of the client, at a server.
    var peer: PeerID?
    /// Who the client is, at a server.
    var caller = ZeroMQPeer.local
  }

  private struct State {
    var stream: StreamState
    var reader: CheckedContinuation<StreamPart?, any Error>?
    var writers: [UInt64: CheckedContinuation<Void, any Error>] = [:]
    var nextWriter: UInt64 = 0
    /// Whether the I/O thread knows that there is something to send.
    var isPosted = false
    var cancellation: ServerContext.RPCCancellationHandle?
  }

  let route: Route
  let method: MethodDescriptor
  /// Whether the response comes as one wire message.
  let coalesce: Bool
  /// When the call began.
  let start = ContinuousClock.now
  /// Whether a client's call waits for a server however long that takes.
  let waitForReady: Bool
  let deadline: ContinuousClock.Instant?
  private let mailbox: Mailbox
  private let unreadOfPeer: UnreadCounter?
  private let state: Mutex<State>

  init(
    _ stream: StreamState, route: Route, method: MethodDescriptor, mailbox: Mailbox,
    waitForReady: Bool = false, unreadOfPeer: UnreadCounter? = nil
  ) {
    self.route = route
    self.method = method
    self.coalesce = stream.rules.coalesce
    self.deadline = stream.rules.deadline
    self.waitForReady = waitForReady
    self.mailbox = mailbox
    self.unreadOfPeer = unreadOfPeer
    self.state = Mutex(State(stream: stream))
  }

  /// Whom an event concerns.
  private struct Effects {
    var reader: (CheckedContinuation<StreamPart?, any Error>, Result<StreamPart?, any Error>)?
    var writers: [CheckedContinuation<Void, any Error>] = []
    var cancellation: ServerContext.RPCCancellationHandle?
    var posts = false
    var unreadChange = 0
  }

  /// Lets an event happen to the stream.
  private func perform<R: Sendable>(_ event: (inout State) -> sending R) -> R {
    let (result, effects) = state.withLock { state in
      let unread = state.stream.unread.bytes
      let result = event(&state)
      var effects = Effects()
      if let reader = state.reader, state.stream.canRead {
        state.reader = nil
        effects.reader = (reader, state.stream.read())
      }
      if !state.writers.isEmpty && state.stream.canWrite {
        effects.writers = Array(state.writers.values)
        state.writers = [:]
      }
      if state.stream.role == .server, state.stream.failure != nil {
        effects.cancellation = state.cancellation.take()
      }
      if !state.isPosted && state.stream.hasOutgoing {
        state.isPosted = true
        effects.posts = true
      }
      effects.unreadChange = state.stream.unread.bytes - unread
      return (result, effects)
    }
    if effects.unreadChange != 0 { unreadOfPeer?.add(effects.unreadChange) }
    if effects.posts && !mailbox.post(self) { lose(.transportClosed) }
    for writer in effects.writers { writer.resume() }
    if let (reader, result) = effects.reader { reader.resume(with: result) }
    effects.cancellation?.cancel()
    return result
  }
}

/// The tasks' side.
extension StreamChannel {
  /// Waits for the next part; nil after the last one.
  ///
  /// - Throws: `RPCError` when the call fails, or with code `cancelled` when the task is cancelled.
  func next() async throws -> StreamPart? {
    // Most of the time a part is there, and nobody need wait.
    let ready: Result<StreamPart?, any Error>? = perform { state in
      state.reader == nil && state.stream.canRead ? state.stream.read() : nil
    }
    if let ready { return try ready.get() }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let refusal: RPCError? = perform { state in
          if Task.isCancelled { return .taskCancelled }
          if state.reader != nil {
            return RPCError(code: .internalError, message: "two tasks read the same stream")
          }
          state.reader = continuation
          return nil
        }
        if let refusal { continuation.resume(throwing: refusal) }
      }
    } onCancel: {
      let reader = state.withLock { $0.reader.take() }
      reader?.resume(throwing: RPCError.taskCancelled)
    }
  }

  /// Waits until the window allows the part, and sends it.
  ///
  /// - Throws: `RPCError`.
  func write(_ part: StreamPart) async throws {
    while true {
      switch perform({ $0.stream.write(part, now: .now) }) {
      case .accepted: return
      case .rejected(let error): throw error
      case .wait: try await waitForWindow()
      }
    }
  }

  /// Sends parts in their order, together where the window allows.
  ///
  /// - Throws: `RPCError`.
  func write(contentsOf parts: some Sequence<StreamPart>) async throws {
    var rest = Array(parts)[...]
    while let first = rest.first {
      let count = perform { state in
        var count = 0
        for part in rest {
          guard state.stream.write(part, now: .now) == .accepted else { break }
          count += 1
        }
        return count
      }
      rest = rest.dropFirst(count)
      // What was not accepted has to wait or is refused.
      if count == 0 {
        try await write(first)
        rest = rest.dropFirst()
      }
    }
  }

  private func waitForWindow() async throws {
    let id = state.withLock { state in
      state.nextWriter += 1
      return state.nextWriter
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isCancelled = perform { state in
          if Task.isCancelled { return true }
          state.writers[id] = continuation
          return false
        }
        if isCancelled { continuation.resume(throwing: RPCError.taskCancelled) }
      }
    } onCancel: {
      let writer = state.withLock { $0.writers.removeValue(forKey: id) }
      writer?.resume(throwing: RPCError.taskCancelled)
    }
  }

  /// Ends what this side sends; a server that gave no status gives INTERNAL.
  func finishWriting() {
    _ = perform { $0.stream.write(.end(nil), now: .now) }
  }

  /// Ends the call with an error and tells the peer, unless it has ended.
  func fail(_ error: RPCError) {
    perform { $0.stream.fail(error, announce: .peer) }
  }

  /// Has an RPC's cancellation handle told when the call fails.
  func attach(_ handle: ServerContext.RPCCancellationHandle) {
    perform { $0.cancellation = handle }
  }
}

/// The I/O thread's side.
extension StreamChannel {
  /// Whether the call has ended.
  var isOver: Bool {
    state.withLock { state in
      if case .closed = state.stream.lifecycle { true } else { false }
    }
  }

  /// What to send next, within one wire message; nil when there is nothing now.
  func takeOutgoing() -> StreamOutgoing? {
    perform { state in
      guard state.stream.hasOutgoing else {
        state.isPosted = false
        return nil
      }
      return state.stream.takeOutgoing()
    }
  }

  /// Ends the call with an error that the peer cannot be told, or told us.
  func lose(_ error: RPCError) {
    perform { $0.stream.fail(error, announce: .nobody) }
  }

  func receive(_ window: StreamWindow) {
    perform { $0.stream.receive(window) }
  }

  func receiveRequest(_ messages: [MessageBytes], end: Bool, opening: Bool) {
    perform { $0.stream.receiveRequest(messages, end: end, opening: opening) }
  }

  func receiveResponse(
    metadata: Metadata?, messages: [MessageBytes], ending: WireHeader.Ending?
  ) {
    perform {
      $0.stream.receiveResponse(metadata: metadata, messages: messages, ending: ending)
    }
  }
}

extension StreamState {
  /// ``next()``, when ``canRead``, in the form that readers wait for.
  fileprivate mutating func read() -> Result<StreamPart?, any Error> {
    switch next() {
    case .part(.end(nil)), .finished, .wait: .success(nil)
    case .part(let part): .success(part)
    case .failed(let error): .failure(error)
    }
  }
}

extension RPCError {
  static let taskCancelled = RPCError(code: .cancelled, message: "the call's task was cancelled")
  static let transportClosed = RPCError(
    code: .unavailable, message: "the transport was shut down")
}
