import GRPCCore
import MeshAPI

/// `grpc.health.v1` for the mesh: a service is SERVING when every stage that it needs has a worker
/// that takes work.
struct HealthService: Health.Service {
  let core: DispatchCore

  func check(
    _ request: ServerRequest<HealthCheckRequest>, context: ServerContext
  ) async throws -> ServerResponse<HealthCheckResponse> {
    guard let status = await core.health(of: request.message.service) else {
      throw RPCError(
        code: .notFound, message: "there is no service \(request.message.service) here")
    }
    return ServerResponse(message: HealthCheckResponse(status))
  }

  func watch(
    _ request: ServerRequest<HealthCheckRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<HealthCheckResponse> {
    StreamingServerResponse { writer in
      let client = await core.makeClient(of: context.remotePeer)
      let changes = await core.watch(request.message.service, as: client)
      do {
        try await context.cancellation.ending {
          for await status in changes { try await writer.write(HealthCheckResponse(status)) }
        }
      } catch {
        await core.unwatch(client)
        throw error
      }
      return [:]
    }
  }
}
