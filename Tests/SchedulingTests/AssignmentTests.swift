import Scheduling
import Testing

@Suite struct AssignmentTests {
  @Test func anIdleWorkerIsFedAtOnce() {
    var harness = Harness()
    let loader = harness.start("load")
    harness.arrive()
    #expect(harness.workers[loader]?.tasks.count == 1)
  }

  @Test func workWaitsInTheQueueUntilAWorkerHasCredit() {
    var harness = Harness()
    let loader = harness.register(
      WorkerDescription(stage: "load", capacity: 4, maximumBatch: 4))
    harness.arrive()
    #expect(harness.workers[loader]?.tasks.count == 0)
    harness.grant(loader, 1)
    #expect(harness.workers[loader]?.tasks.count == 1)
  }

  @Test func aBusyWorkerIsSentAFullBatchAtOnce() {
    var harness = Harness()
    let loader = harness.start("load", capacity: 8, batch: 3)
    for _ in 0..<3 { harness.arrive() }
    #expect(harness.workers[loader]?.tasks.count == 1)
    harness.arrive()
    #expect(harness.workers[loader]?.tasks.count == 4)
  }

  @Test func aBusyWorkerIsSentAPartOfABatchAfterTheDelay() {
    var harness = Harness()
    let loader = harness.start("load", capacity: 8, batch: 3)
    for _ in 0..<3 { harness.arrive() }
    #expect(harness.scheduler.nextWakeup(after: harness.now) == .milliseconds(5))
    harness.advance(by: .milliseconds(4))
    #expect(harness.workers[loader]?.tasks.count == 1)
    harness.advance(by: .milliseconds(1))
    #expect(harness.workers[loader]?.tasks.count == 3)
  }

  @Test func aStageIsNotFedWhileTheNextQueueIsFull() {
    var harness = Harness()
    let loader = harness.start("load", capacity: 8, batch: 8)
    for _ in 0..<10 { harness.arrive() }
    harness.work(loader)
    // Four places before encode, all taken; six requests stay compressed.
    #expect(harness.status["encode"].queued == 4)
    #expect(harness.status["load"].queued == 6)
    let encoder = harness.start("encode", capacity: 2, batch: 2)
    #expect(harness.workers[encoder]?.tasks.count == 2)
    #expect(harness.workers[loader]?.tasks.count == 2)
  }

  @Test func workIsSharedOutEvenlyAmongIdleWorkers() {
    var harness = Harness()
    let loaders = [harness.start("load"), harness.start("load")]
    for _ in 0..<10 { harness.arrive() }
    while let busy = loaders.first(where: { !harness.workers[$0]!.tasks.isEmpty }) {
      harness.work(busy)
    }
    #expect(harness.status["load"].queued == 6)
    harness.start("encode", capacity: 4, batch: 4)
    #expect(loaders.map { harness.workers[$0]!.tasks.count } == [2, 2])
  }

  @Test func aWorkerNeverGetsMoreThanTheCapacityItNamed() {
    var harness = Harness()
    let loader = harness.start("load", capacity: 2, batch: 1)
    harness.grant(loader, Int.max)
    harness.grant(loader, 5)
    #expect(harness.status["load"].workers[0].credit == 2)
  }

  @Test func resultsMoveARequestThroughItsPipeline() {
    var harness = Harness()
    let request = harness.arrive()
    for stage in Harness.captioning { harness.finishAll(harness.start(stage)) }
    #expect(try! harness.answers[request]?.result.get() == 103)
    #expect(harness.status.bytes == 0)
  }

  @Test func aFailureEndsItsRequestAloneAndNamesTheStage() {
    var harness = Harness()
    let loader = harness.start("load", capacity: 2, batch: 2)
    let bad = harness.arrive()
    let good = harness.arrive()
    harness.finishAll(loader, Failure(.invalidArgument, "not an image"))
    #expect(harness.answers[bad]?.failure?.code == .invalidArgument)
    #expect(harness.answers[bad]?.failure?.stage == "load")
    #expect(harness.answers[good] == nil)
  }

  @Test func aWorkerThatCannotTakeATaskHandsItToAnother() {
    var harness = Harness()
    let request = harness.arrive("score")
    let first = harness.start("score", capacity: 1, batch: 1)
    harness.drain(first)
    let second = harness.start("score", capacity: 1, batch: 1)
    harness.finishAll(first, Failure(.unavailable, "on my way out"))
    #expect(harness.closed[first] == .some(nil))
    harness.finishAll(second)
    #expect(harness.answers[request]?.attempts == 2)
    #expect(harness.answers[request]?.failure == nil)
  }

  @Test func aTaskThatNobodyCanTakeFailsAfterThreeAttempts() {
    var harness = Harness()
    let request = harness.arrive("score")
    let scorer = harness.start("score", capacity: 1, batch: 1)
    for _ in 0..<3 { harness.finishAll(scorer, Failure(.unavailable, "no memory")) }
    #expect(harness.answers[request]?.failure?.code == .unavailable)
    #expect(harness.answers[request]?.attempts == 3)
  }
}
