import GRPCCore
import GRPCInProcessTransport
import Glibc
import Logging
import MeshAPI
import MessagePack
import ServiceKit
import ServiceLifecycle
import ServiceLifecycleTestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct WorkerRunnerTests {
  private typealias Client = GRPCClient<InProcessTransport.Client>

  private func runner(
    _ client: Client, welcome: Duration = .seconds(60)
  ) -> WorkerRunner<UpperCase, InProcessTransport.Client> {
    var timing = WorkerRunner<UpperCase, InProcessTransport.Client>.Timing()
    timing.firstRetry = .milliseconds(1)
    timing.lastRetry = .milliseconds(2)
    timing.welcome = welcome
    return WorkerRunner(
      worker: UpperCase(), client: client,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, timing: timing)
  }

  /// Runs `body` while a worker runs, whose outcome the body gets.
  private func run(
    welcome: Duration = .seconds(60),
    _ body: (FakeDispatcher, Task<Void, any Error>) async throws -> Void
  ) async throws {
    try await FakeDispatcher.run { dispatcher, client in
      let worker = Task { try await runner(client, welcome: welcome).run() }
      try await body(dispatcher, worker)
      worker.cancel()
    }
  }

  private func task(
    _ id: UInt64, of count: Int, _ text: String, milliseconds: Int = 1000
  ) -> DispatcherMessage {
    .task(
      TaskInput(
        id: id, batch: 1, batchCount: count, stage: "load", deadlineMilliseconds: milliseconds,
        payload: .message(LoadInput(image: MessageBytes([1]), name: text))))
  }

  private func name(_ message: WorkerMessage?) -> String {
    switch message {
    case .result(let output):
      let value = try? MessagePackValue(unpacking: output.payload.bytes())
      let result = value.flatMap { try? LoadInput(from: $0) }
      return "\(output.task) \(result?.name ?? "?")"
    case .failure(let failure): return "\(failure.task) \(failure.error.code.statusName)"
    case .credit(let count): return "credit \(count)"
    case .goodbye: return "goodbye"
    default: return "\(String(describing: message))"
    }
  }

  @Test func aWorkerSaysWhoItIsAndGrantsItsCapacity() async throws {
    try await run { dispatcher, _ in
      let (hello, credit) = await dispatcher.nextSession().welcome()
      #expect(hello?.stage == "load")
      #expect(hello?.maximumBatch == 3)
      #expect(hello?.identity == StageIdentity(produces: "p"))
      #expect(hello?.pid == ThisProcess.pid)
      #expect(hello?.host.isEmpty == false)
      #expect(credit == 6)
    }
  }

  @Test func aBatchIsGatheredAndEachItemAnsweredByItself() async throws {
    try await run { dispatcher, _ in
      let session = await dispatcher.nextSession()
      _ = await session.welcome()
      for (index, text) in ["a", "bad", "c"].enumerated() {
        session.say(task(UInt64(index), of: 3, text))
      }
      let answers = [
        name(await session.next()), name(await session.next()), name(await session.next()),
        name(await session.next()),
      ]
      #expect(answers == ["0 A of 3", "1 INVALID_ARGUMENT", "2 C of 3", "credit 3"])
    }
  }

  @Test func anInputThatIsNotTheStagesFailsAlone() async throws {
    try await run { dispatcher, _ in
      let session = await dispatcher.nextSession()
      _ = await session.welcome()
      session.say(task(0, of: 2, "a"))
      session.say(
        .task(
          TaskInput(
            id: 1, batch: 1, batchCount: 2, stage: "load", deadlineMilliseconds: 1000,
            payload: .packed(MessageBytes([0xc1])))))
      let answers = [name(await session.next()), name(await session.next())]
      #expect(answers.sorted() == ["0 A of 1", "1 INTERNAL"])
    }
  }

  @Test func aTaskWhoseTimeIsOverIsNotComputedAndTheErrorNamesTheStage() async throws {
    try await run { dispatcher, _ in
      let session = await dispatcher.nextSession()
      _ = await session.welcome()
      session.say(task(1, of: 2, "a"))
      session.say(task(2, of: 2, "b", milliseconds: 0))
      let answers = [await session.next(), await session.next()]
      #expect(Set(answers.map(name)) == ["1 A of 1", "2 DEADLINE_EXCEEDED"])
      for case .failure(let failure) in answers.compactMap({ $0 }) {
        #expect(failure.error.message.hasPrefix("load: "))
      }
    }
  }

  @Test func aTaskCancelledInTimeIsNotComputedAndStillAnswered() async throws {
    try await run { dispatcher, _ in
      let session = await dispatcher.nextSession()
      _ = await session.welcome()
      session.say(task(0, of: 2, "a"))
      session.say(.cancel(0))
      session.say(task(1, of: 2, "b"))
      let answers = [name(await session.next()), name(await session.next())]
      #expect(answers.sorted() == ["0 CANCELLED", "1 B of 1"])
      #expect(name(await session.next()) == "credit 2")
    }
  }

  @Test func itemsAreComputedOnAThreadOfTheirOwn() async throws {
    try await run { dispatcher, _ in
      let session = await dispatcher.nextSession()
      _ = await session.welcome()
      var threads: Set<String> = []
      for id in 0..<20 {
        session.say(task(UInt64(id), of: 1, "thread"))
        threads.insert(String(name(await session.next()).split(separator: " ")[1]))
        _ = await session.next()
      }
      #expect(threads.count == 1)
    }
  }

  @Test func aMissingResultIsInternal() async throws {
    try await run { dispatcher, _ in
      let session = await dispatcher.nextSession()
      _ = await session.welcome()
      session.say(task(0, of: 2, "lose the last"))
      session.say(task(1, of: 2, "b"))
      let answers = [name(await session.next()), name(await session.next())]
      #expect(answers == ["0 LOSE THE LAST of 2", "1 INTERNAL"])
    }
  }

  @Test func heartbeatsTellOfProgress() async throws {
    try await run { dispatcher, _ in
      let session = await dispatcher.nextSession()
      _ = await session.welcome(heartbeatMilliseconds: 1)
      session.say(task(0, of: 1, "a"))
      var progress = 0
      while progress < 1 { progress = try #require(await session.nextProgress()) }
      #expect(progress == 1)
    }
  }

  @Test func aWorkerComesBackWhenTheDispatcherGoesAway() async throws {
    try await run { dispatcher, _ in
      for error in [RPCError(code: .unavailable, message: "gone"), nil] {
        let session = await dispatcher.nextSession()
        let (hello, _) = await session.welcome()
        #expect(hello != nil)
        session.close(error)
      }
      let session = await dispatcher.nextSession()
      #expect(await session.welcome().credit == 6)
    }
  }

  @Test func aDispatcherThatDoesNotAnswerIsTriedAgain() async throws {
    try await run(welcome: .milliseconds(1)) { dispatcher, _ in
      for _ in 0..<3 {
        guard case .hello = await dispatcher.nextSession().next() else {
          Issue.record("no hello")
          return
        }
      }
    }
  }

  @Test func aWorkerThatIsRefusedFailsAndSaysWhy() async throws {
    try await run { dispatcher, worker in
      let session = await dispatcher.nextSession()
      session.close(RPCError(code: .failedPrecondition, message: "expects p, found q"))
      let error = await #expect(throws: ServiceError.self) { try await worker.value }
      #expect(error?.code == .refused)
      #expect(error?.message == "the dispatcher refused this load worker: expects p, found q")
    }
  }

  @Test func aWorkerThatIsAskedToLeaveSaysGoodbyeAndReturns() async throws {
    try await run { dispatcher, worker in
      let session = await dispatcher.nextSession()
      _ = await session.welcome()
      session.say(task(0, of: 1, "a"))
      session.say(.drain)
      let answers = [
        name(await session.next()), name(await session.next()), name(await session.next()),
      ]
      #expect(answers.sorted() == ["0 A of 1", "credit 1", "goodbye"])
      session.close()
      try await worker.value
    }
  }

  @Test func aSignalDrainsTheWorker() async throws {
    try await FakeDispatcher.run { dispatcher, client in
      try await testGracefulShutdown { shutdown in
        try await withThrowingDiscardingTaskGroup { group in
          group.addTask { try await runner(client).run() }
          let session = await dispatcher.nextSession()
          _ = await session.welcome()
          shutdown.triggerGracefulShutdown()
          #expect(name(await session.next()) == "goodbye")
          session.close()
        }
      }
    }
  }

  @Test func aSignalEndsTheWaitForADispatcher() async throws {
    try await FakeDispatcher.run { dispatcher, client in
      var timing = WorkerRunner<UpperCase, InProcessTransport.Client>.Timing()
      timing.firstRetry = .seconds(1000)
      let runner = WorkerRunner(
        worker: UpperCase(), client: client,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, timing: timing)
      try await testGracefulShutdown { shutdown in
        try await withThrowingDiscardingTaskGroup { group in
          group.addTask { try await runner.run() }
          await dispatcher.nextSession().close(RPCError(code: .unavailable, message: "gone"))
          shutdown.triggerGracefulShutdown()
        }
      }
    }
  }
}

/// A stage that writes names in capitals, with the number of items in the batch.
private struct UpperCase: StageWorker {
  var stage: Stage { .load }
  var identity: StageIdentity { StageIdentity(produces: "p") }
  var maximumBatch: Int { 3 }

  func process(_ batch: [StageItem<LoadInput>]) async -> [Result<LoadInput, ItemError>] {
    let results = batch.map { item -> Result<LoadInput, ItemError> in
      if item.input.name == "bad" { return .failure(ItemError(.invalidArgument, "bad")) }
      if item.input.name == "thread" {
        return .success(LoadInput(image: item.input.image, name: "\(pthread_self())"))
      }
      let name = "\(item.input.name.uppercased()) of \(batch.count)"
      return .success(LoadInput(image: item.input.image, name: name))
    }
    return batch[0].input.name == "lose the last" ? results.dropLast() : results
  }
}
