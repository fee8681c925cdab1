import CZeroMQ
import GRPCCore
import MessagePack

/// The client's I/O thread: the only one that touches the socket.
final class ClientEngine {
  private let address: ZeroMQAddress
  private let security: ZeroMQClientSecurity?
  private let options: ZeroMQTransportOptions
  private let mailbox: Mailbox
  private let context: ZeroMQContext

  private var socket: ZeroMQSocket?
  private var connection: ClientConnection
  /// Streams that were not sent yet, since no server answers.
  private var pending: [StreamChannel] = []
  /// Streams that the server knows of.
  private var open: [UInt64: StreamChannel] = [:]
  /// Streams that have something to send while the socket takes nothing.
  private var blocked: [StreamChannel] = []
  /// Messages that the socket did not take.
  private var unsent: [[MessageBytes]] = []
  /// Whether the connection broke; what came before that may still be unread.
  private var isBroken = false
  /// Whether the server has hung up during a handshake since it last answered.
  private var hangsUp = false

  init(
    address: ZeroMQAddress, security: ZeroMQClientSecurity?, options: ZeroMQTransportOptions,
    mailbox: Mailbox
  ) throws(ZeroMQTransportError) {
    self.address = address
    self.security = address.isTCP ? security : nil
    self.options = options
    self.mailbox = mailbox
    self.context = try ZeroMQContext.shared()
    self.connection = ClientConnection(options: options, now: .now)
  }

  /// Works until it is told to finish.
  ///
  /// - Throws: ``ZeroMQTransportError`` when no socket can be made or connected.
  func run() throws(ZeroMQTransportError) {
    defer { stop() }
    var ready = ZeroMQSocket.Ready()
    while true {
      let (channels, command) = mailbox.take(isSignalled: ready.isSignalled)
      for channel in channels { transmit(channel) }
      if command >= .finish { return }
      // What has arrived comes before the clock and before the connection's end: a thread that was
      // held up must not take the server for silent, nor lose its last words.
      if ready.hasConnectionEvents { enterConnectionEvents() }
      let isIdle = receive()
      let now = ContinuousClock.now
      if isBroken && isIdle { perform(connection.disconnected(now: now)) }
      if connection.isLeaving && open.isEmpty { perform(connection.disconnected(now: now)) }
      if isBlocked && socket?.isWritable == true { unblock() }
      let action = connection.tick(now: now)
      perform(action)
      if action == .connect { try connect() }
      expire(now: now)
      ready = isIdle ? wait() : .init(hasConnectionEvents: true, isSignalled: true)
    }
  }

  private var isBlocked: Bool { !unsent.isEmpty || !blocked.isEmpty }

  private func wait() -> ZeroMQSocket.Ready {
    var deadline = connection.nextTick
    for channel in pending where !channel.waitForReady {
      deadline = min(deadline, channel.start + options.connectTimeout)
    }
    return ZeroMQSocket.wait(
      for: socket, writable: isBlocked, wakeup: mailbox.wakeup, until: deadline)
  }

  private func stop() {
    // The server forgets this client at once; what is in flight gets a second to leave.
    send(.goodbye)
    socket?.set(ZMQ_LINGER, 1_000)
    let left = mailbox.close() + pending + blocked + Array(open.values)
    for channel in left { channel.lose(.transportClosed) }
    socket = nil
  }
}

/// The connection.
extension ClientEngine {
  private func perform(_ action: ClientConnection.Action) {
    switch action {
    case .nothing, .connect: break
    case .ping: send(.ping)
    case .disconnect:
      disconnect(
        RPCError(code: .unavailable, message: "the connection to \(address) was lost"))
    }
  }

  /// Takes note of the connection's end.
  private func enterConnectionEvents() {
    for event in socket?.connectionEvents() ?? [] {
      switch event.kind {
      case .unknownKey:
        return refuse(
          RPCError(
            code: .unauthenticated, message: "the server knows no such key, or not any more"))
      case .mechanismMismatch:
        return refuse(
          RPCError(
            code: .unauthenticated,
            message: security == nil
              ? "the server wants to see a key; name one with --key FILE"
              : "the server knows of no keys at this address; leave the key out"))
      case .hangup:
        // Its reason, if it gave one, may have been lost with the connection.
        hangsUp = true
        isBroken = true
      case .accepted, .disconnected, .closed: isBroken = true
      }
    }
  }

  private func connect() throws(ZeroMQTransportError) {
    let socket = try ZeroMQSocket(ZMQ_DEALER, in: context, limits: options.limits)
    socket.setRandomIdentity()
    if let security { socket.use(security) }
    // Each connection is a new socket with a new identity, so that neither side mistakes it for
    // the one that was lost: libzmq's own reconnecting must never come about. To forbid it (-1)
    // or to set ZMQ_IMMEDIATE has libzmq 4.3.4 drop what came just before a disconnection.
    // Nothing is sent to nowhere all the same, for only a ping goes out before the server answers.
    socket.set(ZMQ_RECONNECT_IVL, 3_600_000)
    try socket.connect(to: address)
    self.socket = socket
    send(.ping)
  }

  /// Gives up the connection and the streams on it.
  private func disconnect(_ error: RPCError) {
    socket = nil
    isBroken = false
    unsent = []
    blocked = []
    for channel in open.values { channel.lose(error) }
    open = [:]
  }

  /// Fails the calls for which no server answered in time, and forgets those that have ended.
  private func expire(now: ContinuousClock.Instant) {
    if connection.acceptsStreams && !pending.isEmpty {
      let channels = pending
      pending = []
      for channel in channels { transmit(channel) }
    }
    pending.removeAll { channel in
      if !channel.waitForReady && channel.start + options.connectTimeout <= now {
        channel.lose(
          RPCError(
            code: .unavailable,
            message: "no server answers at \(address) (waited \(options.connectTimeout))"
              + (hangsUp && address.isTCP ? "; what is there hangs up, perhaps over the key" : "")))
      }
      return channel.isOver
    }
  }
}

/// Sending.
extension ClientEngine {
  /// Sends what a stream has to send, or remembers that it has.
  private func transmit(_ channel: StreamChannel) {
    let stream = channel.route.stream
    if open[stream] == nil {
      guard connection.acceptsStreams else {
        if !channel.isOver { pending.append(channel) }
        return
      }
      open[stream] = channel
    }
    while true {
      guard unsent.isEmpty else {
        blocked.append(channel)
        return
      }
      guard let outgoing = channel.takeOutgoing() else { return }
      send(outgoing, of: channel)
      if outgoing.isFinal {
        open[stream] = nil
        return
      }
    }
  }

  private func send(_ outgoing: StreamOutgoing, of channel: StreamChannel) {
    let stream = channel.route.stream
    if outgoing.metadata != nil || !outgoing.messages.isEmpty || outgoing.halfClose {
      let opening = outgoing.metadata.map { metadata in
        WireHeader.Opening(
          method: channel.method.fullyQualifiedMethod, metadata: metadata,
          coalesce: channel.coalesce)
      }
      send(
        .request(stream: stream, opening: opening, end: outgoing.halfClose),
        messages: outgoing.messages)
    }
    if outgoing.cancel { send(.cancel(stream: stream)) }
    if let window = outgoing.window { send(.window(stream: stream, window)) }
  }

  private func send(_ header: WireHeader, messages: [MessageBytes] = []) {
    let frames = [MessageBytes.empty, header.encoded()] + messages
    guard let socket else { return }
    if unsent.isEmpty && socket.send(frames) == .sent { return }
    unsent.append(frames)
  }

  /// Sends what was held back.
  private func unblock() {
    while let frames = unsent.first, let socket, socket.send(frames) == .sent {
      unsent.removeFirst()
    }
    guard unsent.isEmpty, !blocked.isEmpty else { return }
    let channels = blocked
    blocked = []
    for channel in channels { transmit(channel) }
  }
}

/// Receiving.
extension ClientEngine {
  /// Takes what has arrived, but not so much that nothing is sent meanwhile.
  ///
  /// - Returns: whether that was everything.
  private func receive() -> Bool {
    for _ in 0..<256 {
      guard let multipart = socket?.receive() else { return true }
      receive(multipart)
    }
    return false
  }

  private func receive(_ multipart: Multipart) {
    do {
      let (header, messages) = try multipart.parsed(limits: options.limits)
      connection.heard(now: .now)
      hangsUp = false
      switch header {
      case .response(let stream, let metadata, let ending):
        if let channel = open[stream] {
          channel.receiveResponse(metadata: metadata, messages: messages, ending: ending)
        } else if stream == 0, let ending, let error = RPCError(status: ending.status) {
          // Streams begin at 1: this is about the connection.
          refuse(error)
        }
      case .window(let stream, let window): open[stream]?.receive(window)
      case .goodbye: connection.heardGoodbye()
      case .pong: break
      case .ping, .cancel, .request:
        throw WireError(.internalError, "the server sent what only clients send")
      }
    } catch let error as WireError {
      // It may have been part of any stream.
      refuse(error.error)
    } catch {
      refuse(RPCError(code: .internalError, message: "\(error)"))
    }
  }

  /// Fails all calls: this is not a server to talk to.
  private func refuse(_ error: RPCError) {
    var error = error
    error.message = "\(address): \(error.message)"
    _ = connection.disconnected(now: .now)
    disconnect(error)
    for channel in pending { channel.lose(error) }
    pending = []
  }
}
