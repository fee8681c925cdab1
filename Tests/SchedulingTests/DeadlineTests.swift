import Scheduling
import Testing

@Suite struct DeadlineTests {
  @Test func aDeadlineThatHasPassedIsRefusedAtAdmission() {
    var harness = Harness()
    harness.advance(by: .seconds(1))
    let request = harness.arrive(deadline: .seconds(1))
    #expect(harness.answers[request]?.failure?.code == .deadlineExceeded)
  }

  @Test func aDeadlineEndsARequestInTheQueueAndNamesTheStage() {
    var harness = Harness()
    let request = harness.arrive(deadline: .milliseconds(100))
    #expect(harness.scheduler.nextWakeup(after: .milliseconds(50)) == .milliseconds(100))
    harness.advance(by: .milliseconds(100))
    let failure = harness.answers[request]?.failure
    #expect(failure?.code == .deadlineExceeded)
    #expect(failure?.stage == "load")
    #expect(failure?.message.contains("no load worker is connected") == true)
  }

  @Test func everyDeadlineIsKept() {
    var harness = Harness()
    let requests = [300, 100, 200].map { harness.arrive(deadline: .milliseconds($0)) }
    for (time, index) in [(100, 1), (200, 2), (300, 0)] {
      #expect(
        harness.scheduler.nextWakeup(after: harness.now + .milliseconds(50))! <= .milliseconds(time)
      )
      harness.advance(by: .milliseconds(100))
      #expect(harness.answers[requests[index]]?.failure?.code == .deadlineExceeded)
      #expect(harness.answers.count == time / 100)
    }
  }

  @Test func aDeadlineEndsARequestAtAWorkerWhichIsToldSo() {
    var harness = Harness()
    let loader = harness.start("load", capacity: 1, batch: 1)
    let request = harness.arrive(deadline: .milliseconds(100))
    harness.advance(by: .milliseconds(100))
    #expect(harness.answers[request]?.failure?.code == .deadlineExceeded)
    #expect(harness.status["load"].workers[0].inFlight == 0)
    harness.finishAll(loader)
    #expect(harness.status["load"].workers[0].state == .idle)
  }

  @Test func nothingIsHandedOutAfterItsDeadline() {
    var harness = Harness()
    let late = harness.arrive(deadline: .milliseconds(100))
    let other = harness.arrive()
    harness.now = .milliseconds(200)  // before anybody said that time has advanced
    let loader = harness.start("load")
    #expect(harness.answers[late]?.failure?.code == .deadlineExceeded)
    #expect(harness.workers[loader]?.tasks.values.map { $0 } == [other])
  }

  @Test func aRequestWithoutADeadlineGetsOne() {
    var harness = Harness { $0.requestTimeout = .seconds(3) }
    let requests = [harness.arrive(), harness.arrive(deadline: .seconds(1000))]
    harness.advance(by: .seconds(3))
    #expect(requests.allSatisfy { harness.answers[$0]?.failure?.code == .deadlineExceeded })
  }

  @Test func deadlinesEndEverythingWhenAllWorkersAreGone() {
    var harness = Harness()
    let workers = Harness.captioning.map { harness.start($0, capacity: 8, batch: 2) }
    for index in 0..<10 { harness.arrive(deadline: .milliseconds(100 + index)) }
    harness.finishAll(workers[0])
    for worker in workers { harness.lose(worker) }
    harness.advance(by: .milliseconds(200))
    #expect(harness.answers.count == 10)
    #expect(harness.answers.values.allSatisfy { $0.failure?.code == .deadlineExceeded })
    #expect(harness.status.bytes == 0)
  }
}
