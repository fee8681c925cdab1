import GRPCCore
import MessagePack

/// One side of a stream: what it may do, what has arrived, what is to be sent. It does no I/O.
struct StreamState {
  enum Role { case client, server }

  enum Lifecycle: Equatable {
    /// Client: nothing was written yet. To `open` or `closed`.
    case idle
    /// Both sides may send. To `halfClosed` or `closed`.
    case open
    /// The client has sent its last message. To `closed`.
    case halfClosed
    /// The server has sent its status, or the call has failed with an error. Final.
    case closed(RPCError?)
  }

  /// Who is told of a failure.
  enum Announcement { case nobody, peer }

  let role: Role
  private(set) var lifecycle: Lifecycle
  let rules: StreamRules

  // Sending.
  private var outbox = StreamOutgoing()
  private var outboxBytes = 0
  private var wroteMetadata = false
  private var sentOpening = false
  private(set) var sendWindow = StreamWindow.initial
  private var tookFinal = false

  // Receiving.
  private var arrived: [StreamPart] = []
  /// What has arrived and was not taken yet.
  private(set) var unread = StreamWindow(messages: 0, bytes: 0)
  private(set) var receiveWindow = StreamWindow.initial
  private var metadataArrived = false

  /// The client's side of a call that begins.
  init(client rules: StreamRules) {
    role = .client
    lifecycle = .idle
    self.rules = rules
  }

  /// The server's side of a call whose opening request has arrived.
  init(server rules: StreamRules, metadata: Metadata) {
    role = .server
    lifecycle = .open
    self.rules = rules
    arrived = [.metadata(metadata)]
    metadataArrived = true
  }
}

/// The application's events.
extension StreamState {
  enum WriteOutcome: Equatable {
    case accepted
    /// The window is used up: try again when ``canWrite``.
    case wait
    case rejected(RPCError)
  }

  enum NextOutcome: Equatable {
    case part(StreamPart)
    case finished
    case failed(RPCError)
    /// Nothing has arrived: try again when ``canRead``.
    case wait
  }

  /// Whether a message would be accepted, or rejected at once.
  var canWrite: Bool {
    switch lifecycle {
    case .open, .halfClosed:
      holdsResponse || (sendWindow.messages > 0 && sendWindow.bytes > 0)
    case .idle, .closed: true
    }
  }

  /// Whether ``next()`` has something to say.
  var canRead: Bool {
    if case .closed = lifecycle { return true }
    return !arrived.isEmpty || (role == .server && lifecycle == .halfClosed)
  }

  /// The error by which the call failed.
  var failure: RPCError? {
    if case .closed(let error) = lifecycle { error } else { nil }
  }

  private var holdsResponse: Bool { role == .server && rules.coalesce }

  mutating func write(_ part: StreamPart, now: ContinuousClock.Instant) -> WriteOutcome {
    if case .closed(let error) = lifecycle {
      return .rejected(error ?? RPCError(code: .cancelled, message: "the call has ended"))
    }
    switch part {
    case .metadata(let metadata): return write(metadata)
    case .message(let message): return write(message)
    case .end(let ending): return writeEnd(ending, now: now)
    }
  }

  private mutating func write(_ metadata: Metadata) -> WriteOutcome {
    if wroteMetadata {
      return .rejected(RPCError(code: .internalError, message: "metadata was written before"))
    }
    let maxBytes = rules.limits.maxMetadataBytes
    if let objection = WireMetadata(metadata).objection(maxBytes: maxBytes) {
      return .rejected(RPCError(code: .internalError, message: objection))
    }
    wroteMetadata = true
    outbox.metadata = metadata
    if role == .client { lifecycle = .open }
    return .accepted
  }

  private mutating func write(_ message: MessageBytes) -> WriteOutcome {
    guard role == .server || lifecycle == .open else {
      return .rejected(RPCError(code: .internalError, message: "a message outside the request"))
    }
    if message.count > rules.maxSendBytes {
      return .rejected(
        RPCError(
          code: .resourceExhausted,
          message: "a message of \(message.count) bytes; at most \(rules.maxSendBytes) are sent"))
    }
    if holdsResponse {
      let fits =
        outbox.messages.count < rules.maxMessages
        && message.count <= rules.maxBytes - outboxBytes
      guard fits else {
        let error = RPCError(
          code: .resourceExhausted,
          message: "more than \(rules.maxMessages) messages or \(rules.maxBytes) bytes of "
            + "messages do not fit a coalesced response; call without coalesce")
        fail(error, announce: .peer)
        return .rejected(error)
      }
    } else {
      guard canWrite else { return .wait }
      sendWindow.messages -= 1
      sendWindow.bytes -= message.count
    }
    outbox.messages.append(message)
    outboxBytes += message.count
    return .accepted
  }

  private mutating func writeEnd(
    _ ending: WireHeader.Ending?, now: ContinuousClock.Instant
  ) -> WriteOutcome {
    switch role {
    case .client:
      guard lifecycle == .open else { return .accepted }
      lifecycle = .halfClosed
      outbox.halfClose = true
    case .server:
      if let deadline = rules.deadline, deadline <= now {
        fail(.deadlineExceeded, announce: .peer)
        return .accepted
      }
      var ending = ending ?? .init(status: .missing, trailers: [:])
      let maxBytes = rules.limits.maxMetadataBytes
      if let objection = WireMetadata(ending.trailers).objection(maxBytes: maxBytes) {
        ending = .init(status: Status(code: .internalError, message: objection), trailers: [:])
      }
      // A header must stay readable, whatever a service puts into its status.
      let message = ending.status.message.utf8
      if message.count > rules.maxStatusBytes {
        ending.status.message = String(
          decoding: message.prefix(rules.maxStatusBytes), as: UTF8.self)
      }
      lifecycle = .closed(nil)
      outbox.ending = ending
      discardArrived()
    }
    return .accepted
  }

  private mutating func discardArrived() {
    arrived = []
    unread = StreamWindow(messages: 0, bytes: 0)
  }

  /// Ends the call with an error. What a client has received before can still be read.
  mutating func fail(_ error: RPCError, announce: Announcement) {
    if case .closed = lifecycle { return }
    lifecycle = .closed(error)
    outbox = StreamOutgoing()
    outboxBytes = 0
    switch role {
    case .client:
      outbox.cancel = announce == .peer && sentOpening
    case .server:
      discardArrived()
      if announce == .peer {
        outbox.ending = .init(status: Status(error), trailers: error.metadata)
      }
    }
  }

  mutating func next() -> NextOutcome {
    guard !arrived.isEmpty else {
      switch lifecycle {
      case .closed(let error?): return .failed(error)
      case .closed(nil): return .finished
      case .halfClosed where role == .server: return .finished
      case .idle, .open, .halfClosed: return .wait
      }
    }
    let part = arrived.removeFirst()
    if case .message(let message) = part {
      unread.messages -= 1
      unread.bytes -= message.count
    }
    return .part(part)
  }
}

/// The wire's events.
extension StreamState {
  /// Whether ``takeOutgoing()`` has something to say.
  var hasOutgoing: Bool {
    if case .closed = lifecycle { return !tookFinal }
    if windowToGrant != nil && (role == .server || sentOpening) { return true }
    switch role {
    case .client where rules.holdsRequest: return outbox.halfClose
    case .server where rules.coalesce: return outbox.ending != nil
    default: return outbox.metadata != nil || !outbox.messages.isEmpty || outbox.halfClose
    }
  }

  /// What to send next, within one wire message. Call it again while ``hasOutgoing``.
  mutating func takeOutgoing() -> StreamOutgoing {
    var outgoing = StreamOutgoing()
    outgoing.window = windowToGrant
    if let window = outgoing.window {
      receiveWindow.messages += window.messages
      receiveWindow.bytes += window.bytes
    }
    var isClosed = false
    if case .closed = lifecycle { isClosed = true }
    let isHeld =
      role == .client
      ? rules.holdsRequest && !outbox.halfClose : rules.coalesce && outbox.ending == nil
    if !isHeld || isClosed {
      outgoing.metadata = outbox.metadata.take()
      var bytes = 0
      let fitting = outbox.messages.prefix(rules.maxMessages).prefix { message in
        bytes += message.count
        return bytes <= rules.maxBytes
      }
      outgoing.messages = Array(fitting)
      outbox.messages.removeFirst(fitting.count)
      for message in outgoing.messages { outboxBytes -= message.count }
      if outbox.messages.isEmpty {
        outgoing.halfClose = outbox.halfClose
        outgoing.ending = outbox.ending.take()
        outgoing.cancel = outbox.cancel
        outbox.halfClose = false
        outbox.cancel = false
        outgoing.isFinal = isClosed
      }
    }
    if outgoing.metadata != nil { sentOpening = true }
    if outgoing.isFinal { tookFinal = true }
    return outgoing
  }

  /// Half of the window is always kept back, lest every message is answered by one.
  private var windowToGrant: StreamWindow? {
    let mayArrive =
      switch (role, lifecycle) {
      case (.client, .open), (.client, .halfClosed): !rules.coalesce
      case (.server, .open): true
      default: false
      }
    guard mayArrive else { return nil }
    let messages = rules.window.messages - receiveWindow.messages - unread.messages
    let bytes = rules.window.bytes - receiveWindow.bytes - unread.bytes
    guard messages > rules.window.messages / 2 || bytes > rules.window.bytes / 2 else { return nil }
    return StreamWindow(messages: max(0, messages), bytes: max(0, bytes))
  }

  /// The peer lets this side send more.
  mutating func receive(_ window: StreamWindow) {
    // Nobody needs more; the bound keeps the sums from overflowing.
    let most = 1 << 40
    sendWindow.messages = min(most, sendWindow.messages + window.messages)
    sendWindow.bytes = min(most, sendWindow.bytes + window.bytes)
  }

  /// Server: takes what a request brings.
  ///
  /// - Parameter opening: whether it is the one that opened the stream.
  mutating func receiveRequest(_ messages: [MessageBytes], end: Bool, opening: Bool) {
    switch lifecycle {
    case .open:
      accept(messages, counted: !opening)
      if end, lifecycle == .open { lifecycle = .halfClosed }
    case .halfClosed:
      fail(
        RPCError(code: .invalidArgument, message: "a request after the request's end"),
        announce: .peer)
    case .idle, .closed: break
    }
  }

  /// Client: takes what a response brings.
  mutating func receiveResponse(
    metadata: Metadata?, messages: [MessageBytes], ending: WireHeader.Ending?
  ) {
    guard lifecycle == .open || lifecycle == .halfClosed else { return }
    func violation(_ message: String) -> RPCError {
      RPCError(code: .internalError, message: "the server broke the protocol: \(message)")
    }
    if let metadata {
      if metadataArrived { return fail(violation("metadata came twice"), announce: .peer) }
      metadataArrived = true
      arrived.append(.metadata(metadata))
    } else if !messages.isEmpty && !metadataArrived {
      return fail(violation("a message came before the metadata"), announce: .peer)
    }
    if rules.coalesce && ending == nil {
      return fail(violation("a coalesced response without a status"), announce: .peer)
    }
    accept(messages, counted: !rules.coalesce)
    if let ending, failure == nil {
      lifecycle = .closed(nil)
      arrived.append(.end(ending))
      outbox = StreamOutgoing()
    }
  }

  /// Takes messages in, unless they overrun the window or are too large.
  private mutating func accept(_ messages: [MessageBytes], counted: Bool) {
    for message in messages {
      if counted && (receiveWindow.messages <= 0 || receiveWindow.bytes <= 0) {
        return fail(
          RPCError(code: .resourceExhausted, message: "the peer sends more than the window allows"),
          announce: .peer)
      }
      if message.count > rules.maxReceiveBytes {
        let most = rules.maxReceiveBytes
        return fail(
          RPCError(
            code: .resourceExhausted,
            message: "a message of \(message.count) bytes; at most \(most) are received"),
          announce: .peer)
      }
      if role == .server || !rules.coalesce {
        receiveWindow.messages -= 1
        receiveWindow.bytes -= message.count
      }
      unread.messages += 1
      unread.bytes += message.count
      arrived.append(.message(message))
    }
  }
}

extension RPCError {
  static let deadlineExceeded = RPCError(
    code: .deadlineExceeded, message: "the deadline passed before the call was done")
}

extension Status {
  fileprivate static let missing = Status(
    code: .internalError, message: "the handler ended without a status")
}
