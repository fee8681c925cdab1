public import GRPCCore
import Logging
public import ServiceLifecycle

/// Serves a ``DispatchCore`` over a transport, and stops in good order: no more requests are let
/// in, those that are in are answered, and then everybody is let go.
public struct DispatcherServer<Transport: ServerTransport>: Service {
  private let core: DispatchCore
  private let server: GRPCServer<Transport>
  private let drainTimeout: Duration

  /// - Parameters:
  ///   - core: what is served.
  ///   - transport: what carries the calls.
  ///   - interceptors: see each call before it is served.
  ///   - drainTimeout: how long requests that are in may take once the server is to stop.
  public init(
    _ core: DispatchCore, transport: Transport, interceptors: [any ServerInterceptor] = [],
    drainTimeout: Duration
  ) {
    self.core = core
    self.drainTimeout = drainTimeout
    server = GRPCServer(transport: transport, services: core.services, interceptors: interceptors)
  }

  /// - Throws: `RPCError` with code UNAVAILABLE when the transport stops though nobody asked it to,
  ///   or what it throws itself.
  public func run() async throws {
    try await withGracefulShutdownHandler {
      try await server.serve()
      guard Task.isShuttingDownGracefully || Task.isCancelled else {
        throw RPCError(code: .unavailable, message: "the dispatcher's transport ended unasked")
      }
    } onGracefulShutdown: {
      Task {
        await finish()
        await core.hangUp()
        server.beginGracefulShutdown()
      }
    }
  }

  private func finish() async {
    await withTaskGroup(of: Bool.self) { group in
      group.addTask { (try? await core.finish()) != nil }
      group.addTask {
        try? await Task.sleep(for: drainTimeout)
        return false
      }
      if await group.next() == false {
        core.logger.warning("some requests were not answered within \(drainTimeout)")
      }
      group.cancelAll()
    }
  }
}
