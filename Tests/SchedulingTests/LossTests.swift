import Scheduling
import Testing

@Suite struct LossTests {
  @Test func theWorkOfALostWorkerGoesToAnotherOne() {
    var harness = Harness()
    let lost = harness.start("load")
    let requests = (0..<4).map { _ in harness.arrive() }
    harness.lose(lost)
    let other = harness.start("load", capacity: 4, batch: 4)
    for _ in 0..<4 { harness.finishAll(other) }
    #expect(harness.status["encode"].queued == 4)
    #expect(requests.allSatisfy { harness.answers[$0] == nil })
  }

  @Test func whatALostWorkerHeldGoesToTheFrontOfTheQueueInOrder() {
    var harness = Harness()
    let lost = harness.start("load", capacity: 2, batch: 2)
    let (first, second) = (harness.arrive(), harness.arrive())
    harness.advance(by: .milliseconds(10))
    harness.arrive()
    harness.lose(lost)
    let other = harness.start("load", capacity: 4, batch: 4)
    #expect(harness.workers[other]?.tasks.values.map { $0 } == [first])
    harness.finishAll(other)
    #expect(harness.workers[other]?.tasks.values.map { $0 } == [second])
  }

  @Test func aPoisonousInputFailsAloneWithInternal() {
    var harness = Harness()
    let poison = harness.arrive()
    let others = (0..<3).map { _ in harness.arrive() }
    var restarts = 0
    while harness.answers[poison] == nil, restarts < 10 {
      let loader = harness.start("load", capacity: 8, batch: 4)
      while let tasks = harness.workers[loader]?.tasks, !tasks.isEmpty {
        if tasks.values.contains(poison) {
          harness.lose(loader)
        } else {
          harness.finishAll(loader)
        }
      }
      restarts += 1
    }
    harness.finishAll(harness.start("load"))
    #expect(restarts == 3)
    #expect(harness.answers[poison]?.failure?.code == .internal)
    #expect(harness.answers[poison]?.failure?.stage == "load")
    #expect(others.allSatisfy { harness.answers[$0] == nil })
  }

  @Test func attemptsAreCountedForEachStageByItself() {
    var harness = Harness()
    let request = harness.arrive()
    for stage in Harness.captioning {
      for _ in 0..<2 { harness.lose(harness.start(stage)) }
      harness.finishAll(harness.start(stage))
    }
    #expect(harness.answers[request]?.failure == nil)
    #expect(harness.answers[request]?.attempts == 7)
  }

  @Test func aLateResultOfALostWorkerIsDroppedAndCounted() {
    var harness = Harness()
    let lost = harness.start("score")
    let request = harness.arrive("score")
    let task = harness.workers[lost]!.tasks.keys.first!
    harness.lose(lost)
    harness.finish(lost, task)
    #expect(harness.answers[request] == nil)
    #expect(harness.scheduler.counters.staleResults == 1)
  }

  @Test func aResultForAnothersTaskIsDroppedAndCounted() {
    var harness = Harness()
    let holder = harness.start("score")
    harness.arrive("score")
    let other = harness.start("score")
    harness.finish(other, harness.workers[holder]!.tasks.keys.first!)
    #expect(harness.answers.isEmpty)
    #expect(harness.scheduler.counters.staleResults == 1)
  }

  @Test func theWorkOfASilentWorkerIsTakenBackAfterThreeHeartbeats() {
    var harness = Harness()
    let silent = harness.start("score")
    harness.arrive("score")
    harness.advance(by: .milliseconds(1499), hearing: false)
    #expect(harness.workers[silent]?.isSuspended == false)
    harness.advance(by: .milliseconds(1), hearing: false)
    #expect(harness.workers[silent]?.isSuspended == true)
    #expect(harness.status["score"].queued == 1)
    #expect(harness.status["score"].workers[0].state == .silent)
    #expect(!harness.scheduler.isServed("score"))
  }

  @Test func whatASilentWorkerSendsWhenItIsBackIsCountedAndDropped() {
    var harness = Harness()
    let stopped = harness.start("score")
    let request = harness.arrive("score")
    harness.advance(by: .milliseconds(1500), hearing: false)
    let other = harness.start("score")
    harness.finishAll(stopped)
    #expect(harness.answers[request] == nil)
    #expect(harness.scheduler.counters.lateResults == 1)
    #expect(harness.workers[stopped]?.isSuspended == false)
    harness.finishAll(other)
    #expect(harness.answers[request]?.attempts == 2)
    harness.lose(other)
    let next = harness.arrive("score")
    harness.finishAll(stopped)
    #expect(harness.answers[next]?.failure == nil)
  }

  @Test func theWorkOfAWorkerThatLivesButDoesNotGetOnIsTakenBack() {
    var harness = Harness()
    let stuck = harness.start("score")
    harness.advance(by: .seconds(4))  // idle: owes nothing
    harness.arrive("score")
    harness.advance(by: .milliseconds(4999))
    #expect(harness.workers[stuck]?.isSuspended == false)
    harness.advance(by: .milliseconds(1))
    #expect(harness.workers[stuck]?.isSuspended == true)
    #expect(harness.status["score"].workers[0].state == .stalled)
    // To be heard of is not enough.
    harness.advance(by: .milliseconds(100))
    #expect(harness.workers[stuck]?.isSuspended == true)
    harness.apply(.heartbeat(stuck, progress: 1))
    #expect(harness.workers[stuck]?.isSuspended == false)
  }

  @Test func progressKeepsAWorkerThatTakesLong() {
    var harness = Harness()
    let slow = harness.start("score")
    harness.arrive("score")
    harness.advance(by: .seconds(4))
    harness.apply(.heartbeat(slow, progress: 1))
    harness.advance(by: .seconds(4))
    #expect(harness.workers[slow]?.isSuspended == false)
  }
}
