import GRPCCore
import MeshAPI
import MessagePack
import Testing

/// The bare worker's side of a `Work` stream, which does what a test says.
struct ScriptedWorker {
  private let send: AsyncStream<WorkerMessage>.Continuation
  private let inbox: AsyncThrowingStream<DispatcherMessage, any Error>

  /// Runs `body` with a worker of the stage that was let in and has granted its credit. When the
  /// body returns, the stream is cut.
  static func run(
    _ stage: Stage, in mesh: TestMesh<some ClientTransport>, capacity: Int = 4, batch: Int = 4,
    body: (ScriptedWorker) async throws -> Void
  ) async throws {
    try await run(
      WorkerHello(
        stage: stage, capacity: capacity, maximumBatch: batch, build: "test", pid: 2,
        host: "here"), in: mesh
    ) { worker in
      guard case .welcome = try await worker.next() else {
        Issue.record("the worker is not welcome")
        return
      }
      worker.say(.credit(capacity))
      try await body(worker)
    }
  }

  static func run(
    _ hello: WorkerHello, in mesh: TestMesh<some ClientTransport>,
    body: (ScriptedWorker) async throws -> Void
  ) async throws {
    let (outbox, send) = AsyncStream<WorkerMessage>.makeStream()
    let (inbox, receive) = AsyncThrowingStream<DispatcherMessage, any Error>.makeStream()
    send.yield(.hello(hello))
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask {
        do {
          try await Dispatcher.Client(mesh.client).work { writer in
            for await message in outbox { try await writer.write(message) }
          } replies: { messages in
            for try await message in messages { receive.yield(message) }
          }
          receive.finish()
        } catch {
          receive.finish(throwing: error)
        }
      }
      try await body(ScriptedWorker(send: send, inbox: inbox))
      send.finish()
      group.cancelAll()
    }
  }

  func say(_ message: WorkerMessage) { send.yield(message) }

  /// What the dispatcher says next; nil when it has closed the stream in good order.
  func next() async throws -> DispatcherMessage? {
    try await inbox.first { _ in true }
  }

  /// The next task; records what comes instead of one.
  func nextTask() async throws -> TaskInput {
    let message = try await next()
    guard case .task(let task) = message else {
      throw UnexpectedMessage(message: message)
    }
    return task
  }

  /// The next so many tasks.
  func nextTasks(_ count: Int) async throws -> [TaskInput] {
    var tasks: [TaskInput] = []
    while tasks.count < count { tasks.append(try await nextTask()) }
    return tasks
  }

  /// Ends a task with a caption, and grants the credit for another one.
  func finish(_ task: TaskInput, _ caption: String = "done") {
    let result = CaptionResult(
      caption: caption, tokens: [], logProbability: 0, finished: true,
      grid: Grid(rows: 1, columns: 1))
    say(.result(TaskOutput(task: task.id, payload: .message(result), milliseconds: 1)))
    say(.credit(1))
  }

  struct UnexpectedMessage: Error {
    let message: DispatcherMessage?
  }
}
