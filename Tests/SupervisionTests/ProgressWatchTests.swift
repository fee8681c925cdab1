import MeshAPI
import Supervision
import Testing

@Suite struct ProgressWatchTests {
  private func status(
    _ workers: [(pid: Int, state: String)], host: String = "here"
  ) -> StatusReply {
    let workers = workers.map { worker in
      StatusReply.Worker(
        id: UInt64(worker.pid), pid: worker.pid, host: host, state: worker.state, build: "1",
        inFlight: 0, done: 0, identity: StageIdentity())
    }
    return StatusReply(
      ready: true, draining: false, pid: 10, build: "1", uptimeSeconds: 1,
      stages: [.init(name: "encode", queued: 0, inFlight: 0, workers: workers)], requests: 0,
      bytes: 0, limits: [:], counters: [:])
  }

  @Test(arguments: ["idle", "busy", "draining"])
  func whoWorksIsNotStuck(state: String) {
    var watch = ProgressWatch(patience: .seconds(10))
    for second in 0..<100 {
      let stuck = watch.stuck(among: [10, 11], status([(11, state)]), at: .seconds(second))
      #expect(stuck.isEmpty)
    }
  }

  @Test func aWorkerOfAnotherMachineIsNoProcessOfThisOne() {
    let elsewhere = status([(11, "stalled")], host: "elsewhere")
    #expect(elsewhere.limited(to: "elsewhere") == elsewhere)
    var watch = ProgressWatch(patience: .seconds(10))
    let stuck = watch.stuck(among: [10, 11], elsewhere.limited(to: "here"), at: .zero)
    #expect(stuck.isEmpty)
  }

  @Test func whoMakesNoProgressIsStuckAtOnce() {
    var watch = ProgressWatch(patience: .seconds(10))
    let stuck = watch.stuck(
      among: [10, 11, 12], status([(11, "stalled"), (12, "busy")]), at: .zero)
    #expect(stuck == [11])
  }

  @Test func whoIsSilentOrGoneIsStuckAfterAWhile() {
    var watch = ProgressWatch(patience: .seconds(10))
    let silent = status([(11, "silent")])
    #expect(watch.stuck(among: [10, 11, 12], silent, at: .seconds(1)).isEmpty)
    #expect(watch.stuck(among: [10, 11, 12], silent, at: .seconds(10)).isEmpty)
    #expect(watch.stuck(among: [10, 11, 12], silent, at: .seconds(11)) == [11, 12])
  }

  @Test func whoComesBackIsForgiven() {
    var watch = ProgressWatch(patience: .seconds(10))
    _ = watch.stuck(among: [11], status([]), at: .seconds(0))
    _ = watch.stuck(among: [11], status([(11, "idle")]), at: .seconds(9))
    #expect(watch.stuck(among: [11], status([]), at: .seconds(12)).isEmpty)
  }

  @Test func aDispatcherThatDoesNotAnswerIsStuckAndNobodyElse() {
    var watch = ProgressWatch(patience: .seconds(10))
    #expect(watch.stuck(among: [10, 11], nil, at: .seconds(0)).isEmpty)
    _ = watch.stuck(among: [10, 11], status([(11, "idle")]), at: .seconds(1))
    #expect(watch.stuck(among: [10, 11], nil, at: .seconds(2)).isEmpty)
    #expect(watch.stuck(among: [10, 11], nil, at: .seconds(12)) == [10])
  }
}
