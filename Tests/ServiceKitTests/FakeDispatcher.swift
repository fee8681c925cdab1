import GRPCCore
import GRPCInProcessTransport
import MeshAPI
import Synchronization

/// The dispatcher's side of `Work` as a test plays it: each stream is handed to the test.
struct FakeDispatcher: Dispatcher.Service {
  /// A worker's stream.
  struct Session: Sendable {
    fileprivate let inbox: AsyncStream<WorkerMessage>
    fileprivate let send: AsyncThrowingStream<DispatcherMessage, any Error>.Continuation

    func say(_ message: DispatcherMessage) { send.yield(message) }

    /// Closes the stream, in good order or with an error.
    func close(_ error: RPCError? = nil) { send.finish(throwing: error) }

    /// What the worker says next, heartbeats left out; nil when it has gone.
    func next() async -> WorkerMessage? {
      await inbox.first { if case .heartbeat = $0 { false } else { true } }
    }

    /// The next heartbeat's progress.
    func nextProgress() async -> Int? {
      for await message in inbox {
        if case .heartbeat(let heartbeat) = message { return heartbeat.progress }
      }
      return nil
    }

    /// Lets a worker in that has said hello and grants credit.
    func welcome(heartbeatMilliseconds: Int = 60_000) async -> (WorkerHello?, credit: Int?) {
      guard case .hello(let hello) = await next() else { return (nil, nil) }
      say(.welcome(WorkerWelcome(worker: 1, heartbeatMilliseconds: heartbeatMilliseconds)))
      guard case .credit(let credit) = await next() else { return (hello, nil) }
      return (hello, credit)
    }
  }

  private let sessions: AsyncStream<Session>
  private let open: AsyncStream<Session>.Continuation

  init() { (sessions, open) = AsyncStream.makeStream() }

  /// The next stream that a worker opens.
  func nextSession() async -> Session { await sessions.first { _ in true }! }

  func work(
    _ request: StreamingServerRequest<WorkerMessage>, context: ServerContext
  ) async throws -> StreamingServerResponse<DispatcherMessage> {
    StreamingServerResponse { writer in
      let (inbox, receive) = AsyncStream<WorkerMessage>.makeStream()
      let (outbox, send) = AsyncThrowingStream<DispatcherMessage, any Error>.makeStream()
      open.yield(Session(inbox: inbox, send: send))
      async let _: Void = {
        for try await message in request.messages { receive.yield(message) }
        receive.finish()
      }()
      for try await message in outbox { try await writer.write(message) }
      return [:]
    }
  }

  /// Runs `body` with this dispatcher and a client of it.
  static func run(
    _ body: (FakeDispatcher, GRPCClient<InProcessTransport.Client>) async throws -> Void
  ) async throws {
    let dispatcher = FakeDispatcher()
    let transport = InProcessTransport()
    let server = GRPCServer(transport: transport.server, services: [dispatcher])
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { try await server.serve() }
      try await withGRPCClient(transport: transport.client) { client in
        try await body(dispatcher, client)
      }
      server.beginGracefulShutdown()
      group.cancelAll()
    }
  }
}
