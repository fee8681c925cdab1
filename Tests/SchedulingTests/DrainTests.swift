import Scheduling
import Testing

@Suite struct DrainTests {
  @Test func aDrainingWorkerGetsNothingMoreAndLeavesWhenItIsDone() {
    var harness = Harness()
    let leaving = harness.start("score", capacity: 4, batch: 1)
    let first = harness.arrive("score")
    harness.drain(leaving)
    let second = harness.arrive("score")
    #expect(harness.workers[leaving]?.tasks.count == 1)
    #expect(harness.closed[leaving] == nil)
    harness.finishAll(leaving)
    #expect(harness.closed[leaving] == .some(nil))
    #expect(harness.answers[first]?.failure == nil)
    harness.finishAll(harness.start("score"))
    #expect(harness.answers[second]?.failure == nil)
  }

  @Test func anIdleWorkerThatDrainsLeavesAtOnce() {
    var harness = Harness()
    let idle = harness.start("load")
    harness.drain(idle)
    #expect(harness.closed[idle] == .some(nil))
    #expect(harness.status["load"].workers.isEmpty)
  }

  @Test func anOperatorDrainsOneWorker() {
    var harness = Harness()
    let worker = harness.start("score")
    harness.arrive("score")
    harness.apply(.drainRequested(worker))
    #expect(harness.workers[worker]?.isDraining == true)
    #expect(harness.status["score"].workers[0].state == .draining)
    harness.finishAll(worker)
    #expect(harness.closed[worker] == .some(nil))
  }

  @Test func aMeshThatDrainsFinishesWhatItHasAndThenLetsEverybodyGo() {
    var harness = Harness()
    let loader = harness.start("load")
    let scorer = harness.start("score")
    let admitted = harness.arrive("score")
    harness.apply(.drainRequested(nil))
    let late = harness.arrive("score")
    #expect(harness.answers[late]?.failure?.code == .unavailable)
    #expect(harness.closed.isEmpty)
    #expect(!harness.scheduler.isDrained)
    harness.finishAll(scorer)
    #expect(harness.answers[admitted]?.failure == nil)
    #expect(harness.scheduler.isDrained)
    #expect(harness.closed[loader] == .some(nil))
    #expect(harness.closed[scorer] == .some(nil))
  }

  @Test func aClosedMeshFinishesWhatItHasAndKeepsItsWorkers() {
    var harness = Harness()
    let scorer = harness.start("score")
    let admitted = harness.arrive("score")
    harness.apply(.admissionClosed)
    let late = harness.arrive("score")
    #expect(harness.answers[late]?.failure?.code == .unavailable)
    #expect(!harness.scheduler.isDrained)
    harness.finishAll(scorer)
    #expect(harness.answers[admitted]?.failure == nil)
    #expect(harness.scheduler.isDrained)
    #expect(harness.closed.isEmpty)
  }

  @Test func aPipelineIsReadyWhenEveryStageHasAWorkerThatTakesWork() {
    var harness = Harness()
    #expect(!harness.scheduler.isReady("caption"))
    let workers = Harness.captioning.map { harness.start($0) }
    #expect(harness.scheduler.isReady("caption"))
    #expect(!harness.scheduler.isReady("score"))
    harness.arrive()
    harness.drain(workers[0])
    #expect(!harness.scheduler.isReady("caption"))
    harness.start("load")
    #expect(harness.scheduler.isReady("caption"))
    harness.lose(workers[2])
    #expect(!harness.scheduler.isReady("caption"))
  }
}
