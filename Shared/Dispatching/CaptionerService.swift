import GRPCCore
import MeshAPI
import Scheduling

/// Takes photographs in and sends captions out.
struct CaptionerService: Captioner.Service {
  let core: DispatchCore

  func caption(
    _ request: ServerRequest<CaptionRequest>, context: ServerContext
  ) async throws -> ServerResponse<CaptionReply> {
    let message = request.message
    let job = Job(
      message, deadline: core.deadline(of: request.metadata),
      parent: DispatchCore.parent(of: request.metadata))
    let answer = await core.answer(to: job, for: context)
    if case .failure(let failure) = answer.result {
      throw RPCError(failure.naming(message.name))
    }
    let reply = answer.captionReply(to: message.id, about: message.name)
    if case .failure(let error) = reply.result {
      throw RPCError(code: error.code, message: error.message)
    }
    return ServerResponse(message: reply)
  }

  func captionStream(
    _ request: StreamingServerRequest<CaptionRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<CaptionReply> {
    StreamingServerResponse { writer in
      let client = await core.makeClient(of: context.remotePeer)
      let session = CaptionStreamSession(
        core: core, client: client, window: core.configuration.window,
        deadline: core.deadline(of: request.metadata),
        parent: DispatchCore.parent(of: request.metadata))
      do {
        try await context.cancellation.ending {
          try await session.run(requests: request.messages, replies: writer)
        }
      } catch {
        await core.cancel(client)
        throw error
      }
      return [:]
    }
  }
}

extension DispatchCore {
  /// Hands in one request and waits for its answer. When the call is cancelled the request is too,
  /// and that is its answer.
  nonisolated func answer(
    to job: Job, for context: ServerContext
  ) async -> Answer<StagePayload> {
    let client = await makeClient(of: context.remotePeer)
    let (answers, finish) = AsyncStream<Answer<StagePayload>>.makeStream()
    await submit(job, for: client) { finish.yield($0) }
    let answer = await withRPCCancellationHandler {
      await answers.first { _ in true }
    } onCancelRPC: {
      Task { await self.cancel(client) }
    }
    if let answer { return answer }
    // The task was cancelled: the server stops at once.
    await cancel(client)
    return Answer(failure: Failure(.cancelled, "the dispatcher is stopping"))
  }
}
