import GRPCCore
import Logging
import MeshAPI
import MessagePack
import ServiceLifecycle
import Synchronization
import Traces

/// One `Work` stream, from a worker's hello to the stream's end.
final class WorkerSession<Worker: StageWorker>: Sendable {
  private let worker: Worker
  private let hello: WorkerHello
  private let thread: ComputeThread
  private let logger: Logger
  /// What is sent together.
  private let outbox: AsyncStream<[WorkerMessage]>
  private let send: AsyncStream<[WorkerMessage]>.Continuation
  private let state = Mutex(State())

  /// A task, and when nobody waits for its result any more.
  private struct Received {
    let task: TaskInput
    let deadline: ContinuousClock.Instant
  }

  private struct State {
    var wasWelcome = false
    var isLeaving = false
    /// The tasks in hand.
    var tasks: Set<UInt64> = []
    /// Those of them that nobody waits for any more.
    var cancelled: Set<UInt64> = []
    var progress = 0
  }

  init(worker: Worker, hello: WorkerHello, thread: ComputeThread, logger: Logger) {
    self.worker = worker
    self.hello = hello
    self.thread = thread
    self.logger = logger
    (outbox, send) = AsyncStream.makeStream()
  }

  /// Whether the dispatcher took the worker in.
  var wasWelcome: Bool { state.withLock { $0.wasWelcome } }

  /// Whether either side wants the worker to go when it is done.
  var isLeaving: Bool { state.withLock { $0.isLeaving } }

  /// Returns when the dispatcher closes the stream in good order.
  ///
  /// - Throws: `RPCError` with the reason why it closed otherwise.
  func run(
    over client: GRPCClient<some ClientTransport>, welcomeTimeout: Duration
  ) async throws {
    send.yield([.hello(hello)])
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await Task.sleep(for: welcomeTimeout)
        guard self.wasWelcome else {
          throw RPCError(
            code: .unavailable, message: "no answer from the dispatcher within \(welcomeTimeout)")
        }
        return false
      }
      group.addTask {
        try await withGracefulShutdownHandler {
          try await self.work(over: client)
        } onGracefulShutdown: {
          self.leave()
        }
        return true
      }
      while let hasEnded = try await group.next() {
        if hasEnded { break }
      }
      group.cancelAll()
    }
  }

  private func work(over client: GRPCClient<some ClientTransport>) async throws {
    try await Dispatcher.Client(client).work { writer in
      for await messages in self.outbox { try await writer.write(contentsOf: messages) }
    } replies: { messages in
      let (batches, compute) = AsyncStream<[Received]>.makeStream()
      try await withThrowingDiscardingTaskGroup { group in
        group.addTask(executorPreference: self.thread) {
          for await batch in batches { await self.compute(batch) }
        }
        var gathered: [Received] = []
        defer {
          compute.finish()
          group.cancelAll()
        }
        for try await message in messages {
          switch message {
          case .welcome(let welcome):
            group.addTask { await self.beat(every: .milliseconds(welcome.heartbeatMilliseconds)) }
            self.enter(welcome)
          case .task(let task):
            // What the task waits for here is part of its time.
            let left = Duration.milliseconds(max(0, min(task.deadlineMilliseconds, 86_400_000)))
            gathered.append(Received(task: task, deadline: .now + left))
            self.state.withLock { _ = $0.tasks.insert(task.id) }
            if gathered.count >= task.batchCount {
              compute.yield(gathered)
              gathered = []
            }
          case .cancel(let task): self.cancel(task)
          case .drain: self.leave()
          }
        }
      }
    }
  }

  /// A task that was answered meanwhile is no longer in hand.
  private func cancel(_ task: UInt64) {
    state.withLock { state in
      if state.tasks.contains(task) { state.cancelled.insert(task) }
    }
  }

  private func enter(_ welcome: WorkerWelcome) {
    logger.info("registered as worker \(welcome.worker)")
    state.withLock { $0.wasWelcome = true }
    send.yield([.credit(hello.capacity)])
  }

  private func leave() {
    let isNew = state.withLock { state in
      defer { state.isLeaving = true }
      return !state.isLeaving
    }
    guard isNew else { return }
    logger.info("draining")
    send.yield([.goodbye])
  }

  private func beat(every interval: Duration) async {
    while !Task.isCancelled {
      let progress = state.withLock { $0.progress }
      send.yield([
        .heartbeat(
          WorkerHeartbeat(progress: progress, memoryBytes: ThisProcess.residentBytes))
      ])
      try? await Task.sleep(for: max(interval, .milliseconds(1)))
    }
  }

  // MARK: Computing

  /// Answers every task of the batch and gives its credit back.
  private func compute(_ batch: [Received]) async {
    send.yield(await answers(to: batch) + [.credit(batch.count)])
    state.withLock { state in
      state.progress += batch.count
      for received in batch {
        state.tasks.remove(received.task.id)
        state.cancelled.remove(received.task.id)
      }
    }
  }

  private func answers(to batch: [Received]) async -> [WorkerMessage] {
    let clock = ContinuousClock()
    let start = clock.now
    var answers: [WorkerMessage] = []
    var tasks: [UInt64] = []
    var items: [StageItem<Worker.Input>] = []
    for received in batch {
      let task = received.task
      do throws(ItemError) {
        if isCancelled(task.id) {
          throw ItemError(.cancelled, "\(hello.stage): cancelled before it was begun")
        }
        if received.deadline <= start {
          throw ItemError(
            .deadlineExceeded, "\(hello.stage): the deadline passed before it was begun")
        }
        items.append(
          StageItem(input: try unpack(task), options: task.options, deadline: received.deadline) {
            self.isCancelled(task.id)
          })
        tasks.append(task.id)
      } catch {
        answers.append(.failure(TaskFailure(task: task.id, error: error)))
      }
    }
    guard !items.isEmpty else { return answers }
    let results = await worker.process(items)
    let share = start.duration(to: clock.now).milliseconds / Double(items.count)
    let traced = Dictionary(
      batch.map { ($0.task.id, Logger.Metadata($0.task)) }
    ) { first, _ in first }
    for (index, task) in tasks.enumerated() {
      let result =
        index < results.count
        ? results[index]
        : .failure(
          ItemError(
            .internalError, "\(hello.stage): \(results.count) results for \(items.count) items"))
      switch result {
      case .success(let output):
        logger.debug("computed in \(share) ms", metadata: traced[task])
        answers.append(
          .result(TaskOutput(task: task, payload: .message(output), milliseconds: share)))
      case .failure(let error):
        logger.log(
          level: error.code == .internalError ? .warning : .debug, "\(error)",
          metadata: traced[task])
        answers.append(.failure(TaskFailure(task: task, error: error)))
      }
    }
    return answers
  }

  private func isCancelled(_ task: UInt64) -> Bool {
    state.withLock { $0.cancelled.contains(task) }
  }

  private func unpack(_ task: TaskInput) throws(ItemError) -> Worker.Input {
    do {
      let value = try MessagePackValue(
        unpacking: task.payload.bytes(), limits: worker.inputLimits)
      return try Worker.Input(from: value)
    } catch {
      // The client did not send this: the stage before made it.
      let code: RPCError.Code = error.code == .limitExceeded ? .resourceExhausted : .internalError
      throw ItemError(code, "\(hello.stage): the input is not as it should be: \(error)")
    }
  }
}

extension Logger.Metadata {
  /// What the task is part of.
  fileprivate init(_ task: TaskInput) {
    self = ["task": "\(task.id)", "batch": "\(task.batch)"]
    self["request_id"] = task.request.map { "\($0)" }
    let context = task.traceparent.flatMap { TraceContext(traceparent: $0) }
    self["trace_id"] = context.map { "\($0.trace)" }
    self["span_id"] = context.map { "\($0.span)" }
  }
}

extension Duration {
  /// The duration in milliseconds, with fractions.
  var milliseconds: Double { self / .milliseconds(1) }
}
