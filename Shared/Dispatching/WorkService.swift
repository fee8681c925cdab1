import GRPCCore
import MeshAPI
import Scheduling

/// The dispatcher's side of each worker's stream.
struct WorkService: Dispatcher.Service {
  let core: DispatchCore

  func work(
    _ request: StreamingServerRequest<WorkerMessage>, context: ServerContext
  ) async throws -> StreamingServerResponse<DispatcherMessage> {
    StreamingServerResponse { writer in
      let id = await core.makeWorker()
      let (messages, outbox) = AsyncThrowingStream<[DispatcherMessage], any Error>.makeStream()
      do {
        try await context.cancellation.ending {
          // Ends with the outbox, which the core closes.
          async let _: Void = listen(to: request.messages, from: id, outbox: outbox)
          for try await together in messages { try await writer.write(contentsOf: together) }
        }
      } catch {
        await core.disconnect(id)
        throw error
      }
      await core.disconnect(id)
      return [:]
    }
  }

  /// Takes in what the worker says until it closes its side, with or without a goodbye.
  private func listen(
    to messages: RPCAsyncSequence<WorkerMessage, any Error>, from id: WorkerID,
    outbox: DispatchCore.WorkerOutbox
  ) async {
    do {
      var isRegistered = false
      for try await message in messages {
        if isRegistered {
          try await core.receive(message, from: id)
        } else if case .hello(let hello) = message {
          await core.register(id, hello, outbox: outbox)
          isRegistered = true
        } else {
          throw RPCError(code: .invalidArgument, message: "a worker says hello first")
        }
      }
      outbox.finish()
    } catch {
      outbox.finish(throwing: error)
    }
  }
}
