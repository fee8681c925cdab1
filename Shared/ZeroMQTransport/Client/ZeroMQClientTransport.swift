public import GRPCCore
import Glibc
public import MessagePack
import Synchronization

/// Calls to one server over ZeroMQ; the wire is described in `PROTOCOL.md`.
///
/// The transport keeps one connection, and makes it anew when it is lost. A call that was sent on
/// a connection that is lost fails with `UNAVAILABLE`, and so does one for which no server
/// answers within ``ZeroMQTransportOptions/connectTimeout``, unless its options say
/// `waitForReady`: then it waits for as long as its deadline and its task allow.
///
/// Give method descriptors their type: unary calls then take one message each way.
public final class ZeroMQClientTransport: ClientTransport {
  public typealias Bytes = MessageBytes

  private enum State {
    /// `connect()` was not called. To `running` or `closed`.
    case idle(openStreams: Int)
    /// To `draining` or `closed`.
    case running(openStreams: Int)
    /// No more streams are opened. To `closed`.
    case draining(openStreams: Int)
    /// Final.
    case closed
  }

  public let retryThrottle: RetryThrottle?
  /// The server's address.
  public let address: ZeroMQAddress
  private let options: ZeroMQTransportOptions
  private let security: ZeroMQClientSecurity?
  private let methodConfig: [MethodConfig.Name: MethodConfig]
  private let mailbox: Mailbox
  private let state = Mutex(State.idle(openStreams: 0))
  private let nextStream = Atomic<UInt64>(1)

  /// - Parameters:
  ///   - address: the server's.
  ///   - security: the keys, without which only a server on this machine is called.
  ///   - options: bounds and times.
  ///   - serviceConfig: how methods are called, as gRPC has it.
  /// - Throws: ``ZeroMQTransportError`` with code `system`, or `keysNeeded` for an address of
  ///   another machine.
  public init(
    address: ZeroMQAddress, security: ZeroMQClientSecurity? = nil,
    options: ZeroMQTransportOptions = ZeroMQTransportOptions(),
    serviceConfig: ServiceConfig = ServiceConfig()
  ) throws {
    if security == nil, address.isRemote {
      throw ZeroMQTransportError.keysNeeded(address, whose: "this client")
    }
    self.address = address
    self.options = options
    self.security = security
    self.mailbox = try Mailbox()
    self.retryThrottle = serviceConfig.retryThrottling.map { RetryThrottle(policy: $0) }
    let configs = serviceConfig.methodConfig.flatMap { config in config.names.map { ($0, config) } }
    self.methodConfig = Dictionary(configs) { _, last in last }
  }

  public func config(forMethod descriptor: MethodDescriptor) -> MethodConfig? {
    let service = descriptor.service.fullyQualifiedService
    return methodConfig[MethodConfig.Name(service: service, method: descriptor.method)]
      ?? methodConfig[MethodConfig.Name(service: service)]
      ?? methodConfig[MethodConfig.Name(service: "")]
  }

  /// Keeps the connection until graceful shutdown is over, or the task is cancelled, which fails
  /// all calls.
  ///
  /// - Throws: ``ZeroMQTransportError`` with code `notStartable` the second time, or `system`.
  public func connect() async throws {
    try state.withLock { state throws(ZeroMQTransportError) in
      guard case .idle(let openStreams) = state else {
        throw ZeroMQTransportError(
          code: .notStartable, message: "the client was started or shut down before")
      }
      state = .running(openStreams: openStreams)
    }
    defer { state.withLock { $0 = .closed } }
    try await withTaskCancellationHandler {
      try await NamedThread.run(name: "zmq-client") { [address, security, options, mailbox] in
        try ClientEngine(
          address: address, security: security, options: options, mailbox: mailbox
        ).run()
      }
    } onCancel: {
      mailbox.post(.abort)
    }
  }

  public func beginGracefulShutdown() {
    let isDone = state.withLock { state in
      switch state {
      case .idle:
        state = .closed
        return true
      case .running(let openStreams):
        state = .draining(openStreams: openStreams)
        return openStreams == 0
      case .draining, .closed: return false
      }
    }
    guard isDone else { return }
    mailbox.post(.finish)
    // If there never was an I/O thread, nobody else fails the calls that wait for one.
    if case .closed = state.withLock({ $0 }) {
      for channel in mailbox.close() { channel.lose(.transportClosed) }
    }
  }

  public func withStream<T: Sendable>(
    descriptor: MethodDescriptor, options call: CallOptions,
    _ closure: (_ stream: RPCStream<Inbound, Outbound>, _ context: ClientContext) async throws -> T
  ) async throws -> T {
    let isConnecting = try opened()
    defer { closed() }
    let rules = StreamRules(options: options, method: descriptor, call: call)
    let id = nextStream.wrappingAdd(1, ordering: .relaxed).oldValue
    let channel = StreamChannel(
      StreamState(client: rules), route: .init(stream: id), method: descriptor, mailbox: mailbox,
      waitForReady: call.waitForReady ?? false)
    // Nothing is left open when the closure is done: the server's handler is cancelled.
    defer { channel.fail(.taskCancelled) }
    let watchdog = isConnecting ? nil : Task { try await failUnlessConnecting(channel) }
    defer { watchdog?.cancel() }
    let context = ClientContext(
      descriptor: descriptor, remotePeer: address.description, localPeer: "pid:\(getpid())")
    return try await closure(channel.clientStream, context)
  }

  /// Fails a call that was made before `connect()`, if that is not called in time.
  private func failUnlessConnecting(_ channel: StreamChannel) async throws {
    try await Task.sleep(for: options.connectTimeout)
    guard case .idle = state.withLock({ $0 }) else { return }
    channel.lose(
      RPCError(
        code: .unavailable,
        message: "the client of \(address) does not run (waited \(options.connectTimeout))"))
  }

  /// Counts a stream in. Returns whether there is an I/O thread.
  private func opened() throws -> Bool {
    try state.withLock { state in
      switch state {
      case .idle(let openStreams):
        state = .idle(openStreams: openStreams + 1)
        return false
      case .running(let openStreams):
        state = .running(openStreams: openStreams + 1)
        return true
      case .draining, .closed:
        throw RPCError(
          code: .failedPrecondition, message: "the client of \(address) was shut down")
      }
    }
  }

  /// Counts a stream out.
  private func closed() {
    let isDone = state.withLock { state in
      switch state {
      case .idle(let openStreams): state = .idle(openStreams: openStreams - 1)
      case .running(let openStreams): state = .running(openStreams: openStreams - 1)
      case .draining(let openStreams):
        state = .draining(openStreams: openStreams - 1)
        return openStreams == 1
      case .closed: break
      }
      return false
    }
    if isDone { mailbox.post(.finish) }
  }
}
