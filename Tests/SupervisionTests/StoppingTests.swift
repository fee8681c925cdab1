import Supervision
import Testing

@Suite struct StoppingTests {
  let dispatcher = ProcessName(role: "dispatcher", number: 1)
  let encoder = ProcessName(role: "encoder", number: 1)

  @Test func rolesEndInTheirOrder() {
    var world = World([.test("dispatcher"), .test("encoder", stopOrder: 1)])
    world.settle()
    world.stop()
    #expect(world.processes[dispatcher]?.terminated != nil)
    #expect(world.processes[encoder]?.terminated == nil, "it works until all is answered")
    world.end(dispatcher, .exited(status: 0))
    #expect(world.processes[encoder]?.terminated != nil)
    world.end(encoder, .exited(status: 0))
    #expect(world.isFinished)
  }

  @Test func whatDoesNotEndInTimeIsKilled() {
    var world = World([.test("encoder")])
    world.stop()
    world.advance(by: .milliseconds(9999))
    #expect(world.processes[encoder]?.isKilled == false)
    world.advance(by: .milliseconds(1))
    #expect(world.processes[encoder]?.isKilled == true)
    world.end(encoder, .signalled(9))
    #expect(world.isFinished)
  }

  @Test func whatWaitsToBeStartedAgainIsNot() {
    var world = World([.test("encoder")])
    world.end(encoder)
    world.stop()
    #expect(world.isFinished)
    world.advance(by: .seconds(60))
    #expect(world.processes.isEmpty)
  }

  @Test func aWorkerThatLeavesWhileTheDispatcherDrainsIsNotStartedAgain() {
    var world = World([.test("dispatcher"), .test("encoder", stopOrder: 1)])
    world.stop()
    world.end(encoder, .exited(status: 0))
    world.end(dispatcher, .exited(status: 0))
    #expect(world.isFinished)
    #expect(world.restarts.isEmpty)
  }
}
