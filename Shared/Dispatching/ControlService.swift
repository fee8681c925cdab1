import GRPCCore
import MeshAPI

/// What operators ask of the dispatcher.
struct ControlService: Control.Service {
  let core: DispatchCore

  func status(
    _ request: ServerRequest<StatusRequest>, context: ServerContext
  ) async throws -> ServerResponse<StatusReply> {
    ServerResponse(message: await core.status())
  }

  func drain(
    _ request: ServerRequest<DrainRequest>, context: ServerContext
  ) async throws -> ServerResponse<DrainReply> {
    let worker = request.message.worker
    try await context.cancellation.ending { try await core.drain(worker: worker) }
    return ServerResponse(message: DrainReply())
  }

  func report(
    _ request: ServerRequest<ReportRequest>, context: ServerContext
  ) async throws -> ServerResponse<ReportReply> {
    await core.note(restarts: request.message.restarts)
    return ServerResponse(message: ReportReply())
  }
}
