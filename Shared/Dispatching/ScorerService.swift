import GRPCCore
import MeshAPI
import Scheduling

/// Gathers a corpus and sends its scores out.
struct ScorerService: Scorer.Service {
  let core: DispatchCore

  func score(
    _ request: StreamingServerRequest<ScoreRequest>, context: ServerContext
  ) async throws -> ServerResponse<ScoreReply> {
    let client = await core.makeClient(of: context.remotePeer)
    let input: ScoreInput
    do {
      input = try await context.cancellation.ending {
        try await gather(request.messages, for: client)
      }
    } catch {
      await core.cancel(client)
      throw error
    }
    let byteCount = await core.endGathering(for: client)
    let answer = await core.answer(
      to: Job(
        .score, .message(input), byteCount: byteCount,
        deadline: core.deadline(of: request.metadata),
        parent: DispatchCore.parent(of: request.metadata)), for: context)
    do throws(Failure) {
      return ServerResponse(message: try answer.unpack(ScoreReply.self, from: .score))
    } catch {
      throw RPCError(error)
    }
  }

  private func gather(
    _ messages: RPCAsyncSequence<ScoreRequest, any Error>, for client: ClientID
  ) async throws -> ScoreInput {
    var input = ScoreInput(options: ScoreOptions(), items: [])
    var isFirst = true
    for try await message in messages {
      switch message {
      case .options(let options):
        guard isFirst else {
          throw RPCError(code: .invalidArgument, message: "the options come before all items")
        }
        input.options = options
      case .item(let item):
        try await core.gather(item.byteCount, for: client)
        input.items.append(item)
      }
      isFirst = false
    }
    return input
  }
}

extension ScoreItem {
  /// About what the item takes in memory.
  fileprivate var byteCount: Int {
    references.reduce(candidate.utf8.count + 32) { $0 + $1.utf8.count + 16 }
  }
}
