import GRPCCore
import MeshAPI
import Scheduling
import Synchronization
import Traces

/// One client's stream of photographs.
///
/// No more than a window of them is in the mesh or waits to be read by the client: a client that
/// reads slowly is read from slowly, and holds up nobody else.
final class CaptionStreamSession: Sendable {
  private let core: DispatchCore
  private let client: ClientID
  private let deadline: Duration?
  /// Where the client is in its trace; without it, each photograph has a trace of its own.
  private let parent: TraceContext?
  private let state = Mutex(State())
  private let answers: AsyncStream<Finished>
  private let finish: AsyncStream<Finished>.Continuation
  /// One element for each free place in the window.
  private let places: AsyncStream<Void>
  private let freePlace: AsyncStream<Void>.Continuation

  private struct State {
    var unanswered = 0
    var hasReadAll = false
  }

  private struct Finished {
    let id: String
    let name: String
    let answer: Answer<StagePayload>
  }

  init(
    core: DispatchCore, client: ClientID, window: Int, deadline: Duration?, parent: TraceContext?
  ) {
    self.core = core
    self.client = client
    self.deadline = deadline
    self.parent = parent
    (answers, finish) = AsyncStream.makeStream()
    (places, freePlace) = AsyncStream.makeStream()
    for _ in 0..<window { freePlace.yield() }
  }

  /// Returns when every request of a stream that has ended is answered.
  ///
  /// - Throws: what goes wrong with the stream.
  func run(
    requests: RPCAsyncSequence<CaptionRequest, any Error>, replies: RPCWriter<CaptionReply>
  ) async throws {
    async let reading: Void = read(requests)
    for await finished in answers {
      try await replies.write(
        finished.answer.captionReply(to: finished.id, about: finished.name))
      freePlace.yield()
    }
    try await reading
  }

  private func read(_ requests: RPCAsyncSequence<CaptionRequest, any Error>) async throws {
    do {
      try await submitAll(requests)
    } catch {
      finish.finish()
      throw error
    }
    update { $0.hasReadAll = true }
  }

  private func submitAll(_ requests: RPCAsyncSequence<CaptionRequest, any Error>) async throws {
    var places = places.makeAsyncIterator()
    for try await request in requests {
      guard await places.next() != nil else { return }
      state.withLock { $0.unanswered += 1 }
      await core.submit(Job(request, deadline: deadline, parent: parent), for: client) { answer in
        self.finish.yield(Finished(id: request.id, name: request.name, answer: answer))
        self.update { $0.unanswered -= 1 }
      }
    }
  }

  private func update(_ change: (inout State) -> Void) {
    let isOver = state.withLock { state in
      change(&state)
      return state.hasReadAll && state.unanswered == 0
    }
    if isOver { finish.finish() }
  }
}
