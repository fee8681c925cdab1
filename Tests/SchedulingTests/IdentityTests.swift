import Scheduling
import Testing

@Suite struct IdentityTests {
  private func worker(
    _ stage: String, expects: String? = nil, produces: String? = nil
  ) -> WorkerDescription {
    WorkerDescription(
      stage: stage, capacity: 2, maximumBatch: 2, expects: expects, produces: produces)
  }

  @Test func workersThatFitTogetherAreWelcome() {
    var harness = Harness()
    harness.register(worker("load", produces: "p1"))
    harness.register(worker("encode", expects: "p1", produces: "f1"))
    harness.register(worker("decode", expects: "f1", produces: "v1"))
    #expect(harness.closed.isEmpty)
    #expect(harness.scheduler.isReady("caption"))
  }

  @Test(arguments: [
    ("load", nil, "p2", "p1"),
    ("encode", "p2", "f1", "p1"),
    ("encode", "p1", "f2", "f1"),
    ("decode", "f2", "v1", "f1"),
    ("decode", "f1", "v2", "v1"),
  ])
  func aWorkerForOtherInputsOrOutputsIsRefused(
    stage: String, expects: String?, produces: String?, expected: String
  ) throws {
    var harness = Harness()
    harness.register(worker("load", produces: "p1"))
    harness.register(worker("encode", expects: "p1", produces: "f1"))
    harness.register(worker("decode", expects: "f1", produces: "v1"))
    let stranger = harness.register(worker(stage, expects: expects, produces: produces))
    let failure = try #require(harness.closed[stranger] ?? nil)
    #expect(failure.code == .failedPrecondition)
    #expect(failure.message.contains(expected))
    #expect([expects, produces].contains { $0 != nil && failure.message.contains($0!) })
  }

  @Test func neighboursBindBeforeThereIsAPeer() throws {
    var harness = Harness()
    harness.register(worker("decode", expects: "f1"))
    let stranger = harness.register(worker("encode", produces: "f2"))
    #expect((harness.closed[stranger] ?? nil)?.code == .failedPrecondition)
  }

  @Test func whatWaitsInAQueueBindsWhoReadsItAfterItsMakerHasGone() {
    var harness = Harness()
    let loader = harness.register(worker("load", produces: "p1"))
    harness.grant(loader, 2)
    harness.arrive()
    harness.finishAll(loader)
    harness.lose(loader)
    let stranger = harness.register(worker("encode", expects: "p2"))
    #expect((harness.closed[stranger] ?? nil)?.code == .failedPrecondition)
    let successor = harness.register(worker("encode", expects: "p1"))
    #expect(harness.closed[successor] == nil)
  }

  @Test func weightsCanBeChangedWhenNobodyDependsOnTheOldOnes() {
    var harness = Harness()
    let old = harness.register(worker("encode", expects: "p1", produces: "f1"))
    harness.lose(old)
    let new = harness.register(worker("encode", expects: "p1", produces: "f2"))
    #expect(harness.closed[new] == nil)
  }

  @Test(arguments: [
    WorkerDescription(stage: "paint", capacity: 1, maximumBatch: 1),
    WorkerDescription(stage: "load", capacity: 0, maximumBatch: 1),
    WorkerDescription(stage: "load", capacity: 1, maximumBatch: -1),
  ])
  func aDescriptionThatMakesNoSenseIsRefused(description: WorkerDescription) {
    var harness = Harness()
    let worker = harness.register(description)
    #expect((harness.closed[worker] ?? nil)?.code == .invalidArgument)
  }

  @Test func aWorkerThatRegistersTwiceIsRefusedAndItsWorkGivenBack() {
    var harness = Harness()
    let worker = harness.start("score")
    harness.arrive("score")
    let description = WorkerDescription(stage: "score", capacity: 1, maximumBatch: 1)
    harness.apply(.workerRegistered(worker, description))
    #expect((harness.closed[worker] ?? nil)?.code == .invalidArgument)
    #expect(harness.status["score"].queued == 1)
  }
}
