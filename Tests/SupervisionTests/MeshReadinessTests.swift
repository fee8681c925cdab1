import MeshAPI
import ServiceKit
import Supervision
import Testing

@Suite struct MeshReadinessTests {
  private func process(
    _ role: String, _ number: Int, pid: Int?, state: String = "running", current: Bool = true,
    crashLoop: Bool = false, lastExit: String? = nil
  ) -> SupervisorStatusReply.Process {
    SupervisorStatusReply.Process(
      name: "\(role)-\(number)", role: role, pid: pid, state: state, current: current,
      crashLoop: crashLoop, restarts: 0, uptimeSeconds: 1, lastExit: lastExit)
  }

  private func supervisor(
    _ processes: [SupervisorStatusReply.Process], encoders: Int = 2
  ) -> SupervisorStatusReply {
    SupervisorStatusReply(
      pid: 1, uptimeSeconds: 1, stopping: false, counts: ["dispatcher": 1, "encoder": encoders],
      processes: [process("dispatcher", 1, pid: 10)] + processes)
  }

  private func dispatcher(_ workers: [(pid: Int, state: String)]) -> StatusReply {
    let workers = workers.map { worker in
      StatusReply.Worker(
        id: UInt64(worker.pid), pid: worker.pid, host: "here", state: worker.state, build: "1",
        inFlight: 0, done: 0, identity: StageIdentity())
    }
    return StatusReply(
      ready: true, draining: false, pid: 10, build: "1", uptimeSeconds: 1,
      stages: [.init(name: "encode", queued: 0, inFlight: 0, workers: workers)], requests: 0,
      bytes: 0, limits: [:], counters: [:])
  }

  @Test func readyIsWhenAllProcessesTakeWork() {
    let both = [process("encoder", 1, pid: 11), process("encoder", 2, pid: 12)]
    let readiness = MeshReadiness(supervisor(both), dispatcher([(11, "idle"), (12, "busy")]))
    #expect(readiness.isReady)
  }

  @Test func oneThatTheDispatcherDoesNotKnowIsMissing() {
    let both = [process("encoder", 1, pid: 11), process("encoder", 2, pid: 12)]
    for workers in [[(11, "idle")], [(11, "idle"), (12, "draining")]] {
      let readiness = MeshReadiness(supervisor(both), dispatcher(workers))
      #expect(readiness.problems.map(\.description) == ["encoder: 1 of 2 ready"])
      #expect(readiness.problems[0].processes == ["encoder-2"])
      #expect(!readiness.isHopeless)
    }
  }

  @Test func withoutTheDispatcherNothingIsReady() {
    let readiness = MeshReadiness(supervisor([process("encoder", 1, pid: 11)], encoders: 1), nil)
    #expect(readiness.problems.map(\.role) == ["dispatcher", "encoder"])
  }

  @Test func aProcessTooManyIsAwaitedToo() {
    let both = [
      process("encoder", 1, pid: 11), process("encoder", 2, pid: 12, state: "stopping"),
    ]
    let readiness = MeshReadiness(
      supervisor(both, encoders: 1), dispatcher([(11, "idle"), (12, "idle")]))
    #expect(
      readiness.problems.map(\.description) == ["encoder: 1 of 1 ready; encoder-2 on the way out"])
  }

  @Test func anOutdatedProcessIsNotWhatIsWaitedFor() {
    let old = process("encoder", 1, pid: 11, current: false)
    let readiness = MeshReadiness(supervisor([old], encoders: 1), dispatcher([(11, "idle")]))
    #expect(!readiness.isReady)
  }

  @Test func aGatewayThatSaysHowItIsIsReady() {
    var status = supervisor([process("gateway", 1, pid: 20)], encoders: 0)
    status.counts["gateway"] = 1
    #expect(
      MeshReadiness(status, dispatcher([])).problems.map(\.description)
        == ["gateway: 0 of 1 ready"])
    let taken = GatewayRecord(pid: 20, problem: "the port is taken")
    #expect(MeshReadiness(status, dispatcher([]), gateway: taken).isReady)
    let former = GatewayRecord(pid: 19, address: "http://127.0.0.1:8080")
    #expect(!MeshReadiness(status, dispatcher([]), gateway: former).isReady)
  }

  @Test func aCrashLoopIsHopelessAndSaysWhy() {
    let processes = [
      process("encoder", 1, pid: 11),
      process(
        "encoder", 2, pid: nil, state: "waiting", crashLoop: true,
        lastExit: "exited with status 1"),
    ]
    let readiness = MeshReadiness(supervisor(processes), dispatcher([(11, "idle")]))
    #expect(readiness.isHopeless)
    #expect(
      readiness.problems.map(\.description)
        == ["encoder: 1 of 2 ready; encoder-2 exited with status 1, again and again"])
    #expect(readiness.problems[0].processes == ["encoder-2"])
  }
}
