import GRPCCore
import Synchronization
import ZeroMQTransport

/// Takes note of who calls.
final class CallerRecorder: ServerInterceptor {
  private let calls = Mutex([(peer: ZeroMQPeer?, name: String)]())

  var peers: [ZeroMQPeer?] { calls.withLock { $0.map(\.peer) } }
  var names: [String] { calls.withLock { $0.map(\.name) } }

  func intercept<Input: Sendable, Output: Sendable>(
    request: StreamingServerRequest<Input>, context: ServerContext,
    next:
      @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
      StreamingServerResponse<Output>
  ) async throws -> StreamingServerResponse<Output> {
    calls.withLock {
      $0.append((context.transportSpecific as? ZeroMQPeer, context.remotePeer))
    }
    return try await next(request, context)
  }
}
