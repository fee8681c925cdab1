import GRPCCore
import MeshAPI
import ServiceKit

/// A worker that sleeps for as long as its stage would take, and then hands on what was made before.
///
/// It speaks as `WorkerRunner` does, without a thread of its own, so that one process can be many
/// workers and what is measured is the dispatcher.
struct SleepingWorker: Sendable {
  let stage: Stage
  let output: StagePayload
  /// Of one photograph.
  let milliseconds: Double
  /// One in hand and the next one at hand, as workers have.
  private static let capacity = 2

  /// Works until the stream or the task ends.
  ///
  /// - Throws: `RPCError` when the dispatcher goes away or refuses the worker.
  func run(over client: GRPCClient<some ClientTransport>) async throws {
    let (outbox, send) = AsyncStream<[WorkerMessage]>.makeStream()
    let hello = WorkerHello(
      stage: stage, capacity: Self.capacity, maximumBatch: 1, build: ThisProcess.build,
      pid: ThisProcess.pid,
      host: ThisProcess.host, identity: StageIdentity())
    send.yield([.hello(hello)])
    try await Dispatcher.Client(client).work { writer in
      for await messages in outbox { try await writer.write(contentsOf: messages) }
    } replies: { messages in
      try await withThrowingTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        for try await message in messages {
          switch message {
          case .welcome(let welcome):
            group.addTask {
              while true {
                try await Task.sleep(for: .milliseconds(welcome.heartbeatMilliseconds))
                send.yield([.heartbeat(WorkerHeartbeat(progress: 0, memoryBytes: 0))])
              }
            }
            send.yield([.credit(Self.capacity)])
          case .task(let task):
            try await Task.sleep(for: .milliseconds(milliseconds))
            let result = TaskOutput(task: task.id, payload: output, milliseconds: milliseconds)
            send.yield([.result(result), .credit(1)])
          case .cancel, .drain: break
          }
        }
      }
    }
  }
}
