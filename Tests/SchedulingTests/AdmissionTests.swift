import Scheduling
import Testing

@Suite struct AdmissionTests {
  @Test func aRequestBeyondTheCountIsRejectedWithATimeToComeBack() {
    var harness = Harness { $0.maximumRequests = 2 }
    harness.arrive()
    harness.arrive()
    let third = harness.arrive()
    #expect(harness.answers[third]?.failure?.code == .resourceExhausted)
    #expect(harness.answers[third]?.failure?.retryAfter != nil)
    #expect(harness.status.requests == 2)
  }

  @Test func aRequestBeyondTheBytesIsRejectedWithATimeToComeBack() {
    var harness = Harness { $0.maximumBytes = 100 }
    harness.arrive(bytes: 60)
    let second = harness.arrive(bytes: 41)
    #expect(harness.answers[second]?.failure?.code == .resourceExhausted)
    #expect(harness.answers[second]?.failure?.retryAfter != nil)
    let third = harness.arrive(bytes: 40)
    #expect(harness.answers[third] == nil)
  }

  @Test func aRequestThatCanNeverFitIsNotToldToComeBack() {
    var harness = Harness { $0.maximumBytes = 100 }
    let request = harness.arrive(bytes: 101)
    #expect(harness.answers[request]?.failure?.code == .resourceExhausted)
    #expect(harness.answers[request]?.failure?.retryAfter == nil)
  }

  @Test func bytesAreThoseOfThePresentPayloads() {
    var harness = Harness()
    let loader = harness.start("load")
    harness.arrive(bytes: 70)
    #expect(harness.status.bytes == 70)
    harness.finishAll(loader)  // results are of 20 bytes
    #expect(harness.status.bytes == 20)
  }

  @Test func anUnknownPipelineIsUnimplemented() {
    var scheduler = Scheduler<Int>(SchedulerConfiguration(stages: [], pipelines: [:]))
    let actions = scheduler.handle(
      .requestArrived(
        RequestID(rawValue: 1), Submission(pipeline: "paint", payload: 0, byteCount: 0)),
      at: .zero)
    guard case .answer(_, let answer)? = actions.first else {
      Issue.record("no answer")
      return
    }
    #expect(answer.failure?.code == .unimplemented)
  }

  @Test func theAnswerTellsAttemptsAndTimes() {
    var harness = Harness()
    let request = harness.arrive("score")
    harness.advance(by: .milliseconds(30))
    let scorer = harness.start("score")
    harness.lose(scorer)
    harness.advance(by: .milliseconds(20))
    harness.finishAll(harness.start("score"))
    let answer = harness.answers[request]
    #expect(answer?.attempts == 2)
    #expect(answer?.queued == .milliseconds(50))
    #expect(answer?.computed == ["score": .milliseconds(3)])
  }

  @Test func aCancelledRequestFreesItsPlace() {
    var harness = Harness { $0.maximumRequests = 1 }
    let first = harness.arrive()
    harness.apply(.requestCancelled(first))
    #expect(harness.answers[first]?.failure?.code == .cancelled)
    let second = harness.arrive()
    #expect(harness.answers[second] == nil)
  }

  @Test func aCancelledTaskIsNoLongerOwedButKeepsItsWorkerBusyUntilItEnds() {
    var harness = Harness()
    let loader = harness.start("load", capacity: 1, batch: 1)
    let first = harness.arrive()
    let second = harness.arrive()
    let task = harness.workers[loader]!.tasks.keys.first!
    harness.apply(.requestCancelled(first))
    #expect(harness.status["load"].workers[0].state == .busy)
    harness.finish(loader, task)
    #expect(harness.scheduler.counters.staleResults == 0)
    #expect(harness.workers[loader]?.tasks.values.first == second)
  }
}
