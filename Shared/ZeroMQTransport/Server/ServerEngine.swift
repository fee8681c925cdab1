import CZeroMQ
import GRPCCore
import MessagePack

/// The server's I/O thread: the only one that touches the socket.
final class ServerEngine {
  /// A client, there while it pings or has streams.
  private struct Peer {
    /// What the authenticator calls it; nil where there is none.
    let user: String?
    /// Who that is.
    let caller: ZeroMQPeer
    var heartbeat = Heartbeat()
    var streams: [UInt64: StreamChannel] = [:]
    let unread = UnreadCounter()
  }

  private let options: ZeroMQTransportOptions
  private let mailbox: Mailbox
  private let accepted: AsyncStream<StreamChannel>.Continuation
  private let socket: ZeroMQSocket
  /// Who is asked whom to let in; nil: everybody who can reach the socket.
  private let authentication: AuthenticationSocket?
  private var peers: [PeerID: Peer] = [:]
  private var connections = ConnectionTable()
  /// Clients whose connections have come to their end, in the order of these.
  private var disconnected: [PeerID] = []
  private var nextTick: ContinuousClock.Instant
  /// No call's deadline is before this.
  private var nextDeadline: ContinuousClock.Instant?
  /// When the streams that are still open are failed; set when the server drains.
  private var graceEnd: ContinuousClock.Instant?

  /// - Parameter accepted: gets each new stream, and its end when there will be no more.
  init(
    options: ZeroMQTransportOptions, security: ZeroMQServerSecurity?, mailbox: Mailbox,
    accepted: AsyncStream<StreamChannel>.Continuation
  ) throws(ZeroMQTransportError) {
    self.options = options
    self.mailbox = mailbox
    self.accepted = accepted
    let context: ZeroMQContext
    if let security {
      context = try ZeroMQContext()
      // Before there is a socket that could be connected to.
      authentication = try AuthenticationSocket(security, in: context)
    } else {
      context = try ZeroMQContext.shared()
      authentication = nil
    }
    socket = try ZeroMQSocket(ZMQ_ROUTER, in: context, limits: options.limits)
    socket.set(ZMQ_ROUTER_MANDATORY, 1)
    nextTick = .now + options.pingInterval
  }

  /// - Returns: the address with its port.
  /// - Throws: ``ZeroMQTransportError`` with code `addressInUse` or `cannotBind`.
  func bind(_ address: ZeroMQAddress) throws(ZeroMQTransportError) -> ZeroMQAddress {
    if let path = address.path { try IPCSocketFile.prepare(path, of: address) }
    authentication?.prepare(socket, for: address)
    return try socket.bind(to: address)
  }

  /// Works until it is told to finish.
  func run() {
    defer { stop() }
    var ready = ZeroMQSocket.Ready()
    while true {
      let (channels, command) = mailbox.take(isSignalled: ready.isSignalled)
      for channel in channels { transmit(channel) }
      switch command {
      case .run: break
      case .drain: drain()
      case .finish: return
      case .abort:
        failAllStreams(.shuttingDown)
        return
      }
      // What has arrived comes before the clock and before connections' ends: a thread that was
      // held up must not take its clients for silent, and must know whose connections they are.
      if ready.hasConnectionEvents { enterConnectionEvents() }
      authentication?.answer()
      let isIdle = receive()
      if isIdle { loseDisconnected() }
      tick(now: .now)
      ready = isIdle ? wait() : .init(hasConnectionEvents: true, isSignalled: true)
    }
  }

  private func wait() -> ZeroMQSocket.Ready {
    var deadline = nextTick
    for instant in [nextDeadline, graceEnd] {
      if let instant { deadline = min(deadline, instant) }
    }
    return ZeroMQSocket.wait(
      for: socket, writable: false, or: authentication?.socket, wakeup: mailbox.wakeup,
      until: deadline)
  }

  /// Starts nothing new, and gives what is open its time.
  private func drain() {
    guard graceEnd == nil else { return }
    graceEnd = .now + options.shutdownGrace
    accepted.finish()
    sayGoodbye()
  }

  private func stop() {
    accepted.finish()
    for channel in mailbox.close() { transmit(channel) }
    for peer in peers.values {
      for channel in peer.streams.values { channel.lose(.shuttingDown) }
    }
    if graceEnd == nil { sayGoodbye() }
    socket.unbind()
    // What is in flight gets a second to leave.
    socket.set(ZMQ_LINGER, 1_000)
  }

  private func sayGoodbye() {
    for (id, peer) in peers where peer.heartbeat.isExpected { send(.goodbye, to: id) }
  }
}

/// Time.
extension ServerEngine {
  private func tick(now: ContinuousClock.Instant) {
    if let deadline = nextDeadline, deadline <= now { expire(now: now) }
    if let graceEnd, graceEnd <= now {
      failAllStreams(.shuttingDown)
      self.graceEnd = now + options.shutdownGrace
    }
    guard nextTick <= now else { return }
    nextTick = now + options.pingInterval
    for id in Array(peers.keys) where peers[id]?.heartbeat.tick(limit: options.missedPings) == true
    {
      // If it comes back it is to know that its calls are over, and why.
      fail(peers[id]!, .silent)
      lose(id)
    }
    loseRevoked()
  }

  /// Ends what clients do whose keys have been revoked, or are now another's.
  private func loseRevoked() {
    guard let authentication else { return }
    for (id, peer) in peers where authentication.peer(peer.user) != peer.caller {
      fail(peer, .unknownKey)
      send(WireError.unknownKey.header, to: id)
      lose(id)
    }
  }

  /// Ends the calls whose deadline has passed.
  private func expire(now: ContinuousClock.Instant) {
    nextDeadline = nil
    for peer in peers.values {
      for channel in peer.streams.values {
        guard let deadline = channel.deadline else { continue }
        if deadline <= now {
          channel.fail(.deadlineExceeded)
        } else {
          nextDeadline = min(nextDeadline ?? deadline, deadline)
        }
      }
    }
  }

  private func failAllStreams(_ error: RPCError) {
    for peer in peers.values { fail(peer, error) }
  }

  private func fail(_ peer: Peer, _ error: RPCError) {
    for channel in peer.streams.values {
      channel.fail(error)
      transmit(channel)
    }
  }

  /// Forgets a client and cancels its calls.
  private func lose(_ id: PeerID) {
    guard let peer = peers.removeValue(forKey: id) else { return }
    for channel in peer.streams.values {
      channel.lose(RPCError(code: .cancelled, message: "the client is gone"))
    }
  }
}

/// Sending.
extension ServerEngine {
  /// Sends what a stream has to send.
  private func transmit(_ channel: StreamChannel) {
    guard let id = channel.route.peer else { return }
    while let outgoing = channel.takeOutgoing() {
      send(outgoing, of: channel, to: id)
      if outgoing.isFinal { forget(channel) }
    }
  }

  private func send(_ outgoing: StreamOutgoing, of channel: StreamChannel, to id: PeerID) {
    let stream = channel.route.stream
    if outgoing.metadata != nil || !outgoing.messages.isEmpty || outgoing.ending != nil {
      send(
        .response(stream: stream, metadata: outgoing.metadata, ending: outgoing.ending),
        messages: outgoing.messages, to: id)
    }
    if let window = outgoing.window, peers[id]?.heartbeat.isExpected == true {
      send(.window(stream: stream, window), to: id)
    }
  }

  private func send(_ header: WireHeader, messages: [MessageBytes] = [], to id: PeerID) {
    switch socket.send([id.frame, .empty, header.encoded()] + messages) {
    case .sent: break
    // A client that does not take what it gave credit for is as good as gone.
    case .unreachable, .wouldBlock: lose(id)
    }
  }

  private func forget(_ channel: StreamChannel) {
    guard let id = channel.route.peer, peers[id]?.streams[channel.route.stream] === channel
    else { return }
    peers[id]?.streams[channel.route.stream] = nil
    forgetIfIdle(id)
  }

  private func forgetIfIdle(_ id: PeerID) {
    guard let peer = peers[id] else { return }
    if peer.streams.isEmpty && !peer.heartbeat.isExpected { peers[id] = nil }
  }
}

/// Receiving.
extension ServerEngine {
  /// Takes what has arrived, but not so much that nothing is sent meanwhile.
  ///
  /// - Returns: whether that was everything.
  private func receive() -> Bool {
    for _ in 0..<256 {
      guard
        var multipart = socket.receive(envelope: 1, withUser: authentication != nil)
      else { return true }
      // The identity comes first, always.
      let id = PeerID(multipart.frames.removeFirst())
      if peers[id] == nil {
        enterConnectionEvents()
        guard connections.claim(multipart.connection, by: id) else { continue }
        guard let caller = caller(multipart.user) else {
          send(WireError.unknownKey.header, to: id)
          continue
        }
        peers[id] = Peer(user: multipart.user, caller: caller)
      }
      // Whoever takes over an identity does not take over what it was let in as.
      guard peers[id]?.user == multipart.user else { continue }
      do {
        try receive(multipart, from: id)
      } catch {
        send(error.header, to: id)
        peers[id]?.streams[error.stream]?.lose(error.error)
      }
      forgetIfIdle(id)
    }
    return false
  }

  /// Who sends a message; nil: nobody who may.
  private func caller(_ user: String?) -> ZeroMQPeer? {
    guard let authentication else { return .local }
    return authentication.peer(user)
  }

  /// Takes note of what has become of connections.
  private func enterConnectionEvents() {
    for event in socket.connectionEvents() {
      switch event.kind {
      case .accepted: connections.opened(event.descriptor)
      case .disconnected:
        if let id = connections.closed(event.descriptor) { disconnected.append(id) }
      case .closed, .unknownKey, .mechanismMismatch, .hangup: break
      }
    }
  }

  private func loseDisconnected() {
    for id in disconnected { lose(id) }
    disconnected = []
  }

  private func receive(_ multipart: Multipart, from id: PeerID) throws(WireError) {
    peers[id]?.heartbeat.heard(ping: false)
    let (header, messages) = try multipart.parsed(limits: options.limits)
    switch header {
    case .request(let stream, let opening?, let end):
      try open(stream, opening, messages: messages, end: end, from: id)
    case .request(let stream, nil, let end):
      guard let channel = try channel(stream, of: id) else { return }
      guard fits(messages, of: id) else {
        throw WireError(stream: stream, .resourceExhausted, tooMuchUnread)
      }
      channel.receiveRequest(messages, end: end, opening: false)
    case .cancel(let stream):
      guard let channel = try channel(stream, of: id) else { return }
      channel.lose(RPCError(code: .cancelled, message: "the client cancelled the call"))
    case .window(let stream, let window):
      try channel(stream, of: id)?.receive(window)
    case .ping:
      peers[id]?.heartbeat.heard(ping: true)
      send(.pong, to: id)
      if graceEnd != nil { send(.goodbye, to: id) }
    case .goodbye:
      lose(id)
    case .pong, .response:
      throw WireError(stream: header.stream, .invalidArgument, "only servers send this")
    }
  }

  /// The stream, or nil for a message that has crossed with the stream's end.
  private func channel(_ stream: UInt64, of id: PeerID) throws(WireError) -> StreamChannel? {
    if let channel = peers[id]?.streams[stream] { return channel }
    if peers[id]?.heartbeat.isExpected == true { return nil }
    throw WireError(stream: stream, .invalidArgument, "stream \(stream) is not open")
  }

  private func open(
    _ stream: UInt64, _ opening: WireHeader.Opening, messages: [MessageBytes], end: Bool,
    from id: PeerID
  ) throws(WireError) {
    func refusal(_ code: RPCError.Code, _ message: String) -> WireError {
      WireError(stream: stream, code, message)
    }
    if graceEnd != nil { throw refusal(.unavailable, RPCError.shuttingDown.message) }
    guard let slash = opening.method.lastIndex(of: "/"), slash != opening.method.startIndex else {
      throw refusal(.invalidArgument, "'\(opening.method)' is not package.Service/Method")
    }
    guard let peer = peers[id], peer.streams[stream] == nil else {
      throw refusal(.invalidArgument, "stream \(stream) is open already")
    }
    guard caller(peer.user) == peer.caller else {
      throw WireError(stream: stream, .unauthenticated, RPCError.unknownKey.message)
    }
    guard peer.streams.count < options.limits.maxStreamsPerPeer else {
      throw refusal(
        .resourceExhausted, "more than \(options.limits.maxStreamsPerPeer) calls at once")
    }
    guard fits(messages, of: id) else { throw refusal(.resourceExhausted, tooMuchUnread) }

    var rules = StreamRules(options: options)
    rules.coalesce = opening.coalesce
    let timeout = opening.metadata[stringValues: "grpc-timeout"].first { _ in true }
    if let timeout {
      guard let duration = Duration(grpcTimeout: timeout) else {
        throw refusal(.invalidArgument, "'\(timeout)' is no grpc-timeout")
      }
      let deadline = ContinuousClock.now + duration
      rules.deadline = deadline
      nextDeadline = min(nextDeadline ?? deadline, deadline)
    }
    let method = MethodDescriptor(
      fullyQualifiedService: String(opening.method[..<slash]),
      method: String(opening.method[opening.method.index(after: slash)...]))
    let channel = StreamChannel(
      StreamState(server: rules, metadata: opening.metadata),
      route: .init(stream: stream, peer: id, caller: peer.caller), method: method,
      mailbox: mailbox,
      unreadOfPeer: peer.unread)
    peers[id]?.streams[stream] = channel
    channel.receiveRequest(messages, end: end, opening: true)
    accepted.yield(channel)
  }

  private func fits(_ messages: [MessageBytes], of id: PeerID) -> Bool {
    let bytes = messages.reduce(0) { $0 + $1.count }
    return (peers[id]?.unread.value ?? 0) + bytes <= options.limits.maxUnreadBytesPerPeer
  }

  private var tooMuchUnread: String {
    "more than \(options.limits.maxUnreadBytesPerPeer) bytes wait for handlers"
  }
}

extension RPCError {
  fileprivate static let shuttingDown = RPCError(
    code: .unavailable, message: "the server is shutting down")
  fileprivate static let unknownKey = RPCError(
    code: .unauthenticated, message: "the server knows no such key, or not any more")
  fileprivate static let silent = RPCError(
    code: .unavailable, message: "nothing was heard of the client for too long")
}

extension WireError {
  fileprivate static let unknownKey = WireError(.unauthenticated, RPCError.unknownKey.message)
}
