public import GRPCCore
import Glibc
public import MessagePack
import Synchronization

/// Serves calls over ZeroMQ; the wire is described in `PROTOCOL.md`.
///
/// After ``beginGracefulShutdown()`` open streams go on, new ones are refused with `UNAVAILABLE`,
/// and after ``ZeroMQTransportOptions/shutdownGrace`` the RPCs that are left are cancelled. A call
/// whose client cancels it or is lost, or whose deadline has passed, has its RPC cancelled, and its
/// reads and writes fail. Handlers that last should heed `ServerContext.cancellation`.
public final class ZeroMQServerTransport: ServerTransport {
  public typealias Bytes = MessageBytes

  private typealias Waiting = [CheckedContinuation<[ZeroMQAddress], any Error>]

  private enum State {
    /// To `starting` or `closed`.
    case idle(waiting: Waiting)
    /// The addresses are being bound. To `listening` or `closed`.
    case starting(waiting: Waiting)
    /// To `closed`.
    case listening([ZeroMQAddress])
    /// Final.
    case closed
  }

  private let addresses: [ZeroMQAddress]
  private let options: ZeroMQTransportOptions
  private let security: ZeroMQServerSecurity?
  private let mailbox: Mailbox
  private let state = Mutex(State.idle(waiting: []))

  /// - Parameters:
  ///   - addresses: one at least, all served alike.
  ///   - security: the keys, without which only addresses of this machine are served.
  ///   - options: bounds and times.
  /// - Throws: ``ZeroMQTransportError`` with code `system`, or `keysNeeded` for an address that
  ///   other machines can reach.
  public init(
    addresses: [ZeroMQAddress], security: ZeroMQServerSecurity? = nil,
    options: ZeroMQTransportOptions = ZeroMQTransportOptions()
  ) throws {
    precondition(!addresses.isEmpty, "a server needs an address")
    if security == nil, let remote = addresses.first(where: \.isRemote) {
      throw ZeroMQTransportError.keysNeeded(remote, whose: "the server")
    }
    self.addresses = addresses
    self.options = options
    self.security = security
    self.mailbox = try Mailbox()
  }

  /// The addresses as they were bound, with their ports; waits until they are.
  ///
  /// - Throws: ``ZeroMQTransportError`` when the server does not come to listen or has stopped.
  public var listeningAddresses: [ZeroMQAddress] {
    get async throws {
      try await withCheckedThrowingContinuation { continuation in
        let result: Result<[ZeroMQAddress], any Error>? = state.withLock { state in
          switch state {
          case .idle(let waiting):
            state = .idle(waiting: waiting + [continuation])
            return nil
          case .starting(let waiting):
            state = .starting(waiting: waiting + [continuation])
            return nil
          case .listening(let addresses): return .success(addresses)
          case .closed: return .failure(ZeroMQTransportError.serverStopped)
          }
        }
        if let result { continuation.resume(with: result) }
      }
    }
  }

  /// Binds the addresses and serves until graceful shutdown is over, or the task is cancelled,
  /// which ends all calls with `UNAVAILABLE`.
  ///
  /// - Throws: ``ZeroMQTransportError`` with code `addressInUse`, `cannotBind`, `notStartable` for
  ///   the second call, or `system`.
  public func listen(
    streamHandler:
      @escaping @Sendable (
        _ stream: RPCStream<Inbound, Outbound>, _ context: ServerContext
      ) async -> Void
  ) async throws {
    try start()
    defer { stop(ZeroMQTransportError.serverStopped) }
    let (streams, accepted) = AsyncStream.makeStream(of: StreamChannel.self)
    try await withTaskCancellationHandler {
      async let thread: Void = NamedThread.run(name: "zmq-server") {
        try self.work(accepted: accepted)
      }
      await withDiscardingTaskGroup { group in
        for await channel in streams {
          group.addTask { await self.handle(channel, with: streamHandler) }
        }
      }
      // All handlers are done; what they wrote is sent before the thread ends.
      mailbox.post(.finish)
      try await thread
    } onCancel: {
      mailbox.post(.abort)
    }
  }

  private func handle(
    _ channel: StreamChannel,
    with handler: @Sendable (RPCStream<Inbound, Outbound>, ServerContext) async -> Void
  ) async {
    await withServerContextRPCCancellationHandle { handle in
      channel.attach(handle)
      var context = ServerContext(
        descriptor: channel.method, remotePeer: channel.route.remotePeer,
        localPeer: "pid:\(getpid())", cancellation: handle)
      context.transportSpecific = channel.route.caller
      await handler(channel.serverStream, context)
      channel.finishWriting()
    }
  }

  /// What the I/O thread does.
  private func work(accepted: AsyncStream<StreamChannel>.Continuation) throws {
    do {
      let engine = try ServerEngine(
        options: options, security: security, mailbox: mailbox, accepted: accepted)
      var bound: [ZeroMQAddress] = []
      for address in addresses { bound.append(try engine.bind(address)) }
      listening(bound)
      engine.run()
    } catch {
      accepted.finish()
      stop(error)
      throw error
    }
  }

  /// After this, ``listen(streamHandler:)`` returns as soon as the open streams are done.
  public func beginGracefulShutdown() {
    let isIdle = state.withLock { state in
      if case .idle = state { true } else { false }
    }
    if isIdle { stop(ZeroMQTransportError.serverStopped) }
    mailbox.post(.drain)
  }
}

/// The transport's states.
extension ZeroMQServerTransport {
  private func start() throws {
    try state.withLock { state throws(ZeroMQTransportError) in
      guard case .idle(let waiting) = state else {
        throw ZeroMQTransportError(
          code: .notStartable, message: "the server was started or shut down before")
      }
      state = .starting(waiting: waiting)
    }
  }

  private func listening(_ addresses: [ZeroMQAddress]) {
    let waiting: Waiting = state.withLock { state in
      guard case .starting(let waiting) = state else { return [] }
      state = .listening(addresses)
      return waiting
    }
    for continuation in waiting { continuation.resume(returning: addresses) }
  }

  private func stop(_ error: any Error) {
    let waiting: Waiting = state.withLock { state in
      defer { state = .closed }
      switch state {
      case .idle(let waiting), .starting(let waiting): return waiting
      case .listening, .closed: return []
      }
    }
    for continuation in waiting { continuation.resume(throwing: error) }
  }
}

extension StreamChannel.Route {
  /// What names the client: a keyholder the same on all connections, others by their connection.
  fileprivate var remotePeer: String {
    switch caller {
    case .local: "zmq:\(peer.map(\.description) ?? "")"
    case .keyholder(let identity): "zmq:\(identity.name)"
    }
  }
}

extension ZeroMQTransportError {
  fileprivate static let serverStopped = ZeroMQTransportError(
    code: .notStartable, message: "the server was shut down")
}
