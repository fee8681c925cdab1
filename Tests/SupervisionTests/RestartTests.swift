import Supervision
import Testing

@Suite struct RestartTests {
  let encoder = ProcessName(role: "encoder", number: 1)

  @Test func startsEveryRole() {
    let world = World([.test("dispatcher"), .test("encoder", 2)])
    #expect(
      world.processes.keys.sorted().map(\.description)
        == ["dispatcher-1", "encoder-1", "encoder-2"])
  }

  @Test(
    arguments: [
      .exited(status: 1), .exited(status: 0), .signalled(9), .notStarted("no such file"), .unknown,
    ] as [ProcessExit])
  func startsAgainWhateverTheExitWas(exit: ProcessExit) {
    var world = World([.test("encoder")])
    world.end(encoder, exit)
    #expect(world.machine.processes.map(\.lastExit) == [exit])
    world.advance(by: .milliseconds(199))
    #expect(world.processes.isEmpty)
    world.advance(by: .milliseconds(1))
    #expect(world.processes.count == 1)
    #expect(world.machine.processes[0].restarts == 1)
  }

  @Test func killsWhoIsStuckOnceAndStartsItAgain() {
    var world = World([.test("encoder")])
    world.getStuck(encoder)
    #expect(world.processes[encoder]?.isKilled == false, "it is still starting")
    world.makeReady(encoder)
    world.getStuck(encoder)
    world.getStuck(encoder)
    #expect(world.processes[encoder]?.isKilled == true)
    world.end(encoder, .signalled(9))
    world.advance(by: .milliseconds(200))
    world.makeReady(encoder)
    world.getStuck(encoder)
    #expect(world.processes[encoder]?.isKilled == true)
    #expect(world.machine.processes[0].restarts == 1)
  }

  @Test func aRolesRestartsStayCountedWhenItIsScaledDown() {
    var world = World([.test("dispatcher"), .test("encoder", 2)])
    world.end(ProcessName(role: "encoder", number: 2))
    world.advance(by: .milliseconds(200))
    #expect(world.machine.restarts == ["dispatcher": 0, "encoder": 1])
    world.scale("encoder", to: 1, Role.test("encoder").command)
    world.end(ProcessName(role: "encoder", number: 2))
    #expect(world.machine.processes.filter { $0.name.role == "encoder" }.count == 1)
    #expect(world.machine.restarts == ["dispatcher": 0, "encoder": 1])
  }

  @Test func waitsLongerAfterEachFailureInARow() {
    var world = World([.test("encoder")])
    for _ in 0..<10 {
      world.end(encoder)
      world.advance(by: .seconds(10))
    }
    let delays = world.restarts.compactMap { action -> Duration? in
      if case .restartLater(_, _, let delay, _) = action { delay } else { nil }
    }
    let expected = [200, 400, 800, 1600, 3200, 6400, 10000, 10000, 10000, 10000]
    #expect(delays == expected.map { .milliseconds($0) })
  }

  @Test func whatWorkedForLongerThanItWaitedIsStartedAtOnce() {
    var world = World([.test("encoder")])
    for seconds in [2, 1, 4, 1, 1, 1] {
      world.makeReady(encoder)
      world.advance(by: .seconds(seconds))
      world.end(encoder)
      world.advance(by: .seconds(10))
    }
    let delays = world.restarts.compactMap { action -> Duration? in
      if case .restartLater(_, _, let delay, _) = action { delay } else { nil }
    }
    #expect(delays == [200, 400, 200, 400, 800, 1600].map { .milliseconds($0) })
  }

  @Test func forgetsFailuresAfterAGoodMinute() {
    var world = World([.test("encoder")])
    for _ in 0..<3 {
      world.end(encoder)
      world.advance(by: .seconds(10))
    }
    #expect(world.machine.processes[0].isCrashLooping)
    world.makeReady(encoder)
    #expect(!world.machine.processes[0].isCrashLooping)
    world.advance(by: .seconds(60))
    world.end(encoder)
    #expect(
      world.restarts.last
        == .restartLater(encoder, .exited(status: 1), after: .milliseconds(200), failures: 1))
  }

  @Test func threeFailuresInARowAreACrashLoop() {
    var world = World([.test("encoder")])
    var seen: [Bool] = []
    for _ in 0..<4 {
      world.end(encoder)
      seen.append(world.machine.processes[0].isCrashLooping)
      world.advance(by: .seconds(10))
    }
    #expect(seen == [false, false, true, true])
  }
}
