import Supervision
import Testing

@Suite struct ScalingTests {
  @Test func scalesUpAtOnceAndDownFromTheHighestNumber() {
    var world = World([.test("encoder")])
    world.settle()
    world.scale("encoder", to: 3, .test("a"))
    #expect(world.processes.count == 3)
    world.settle()
    world.scale("encoder", to: 2, .test("a"))
    #expect(world.processes[ProcessName(role: "encoder", number: 3)]?.terminated != nil)
    world.settle()
    #expect(world.processes.keys.sorted().map(\.number) == [1, 2])
  }

  @Test func aProcessThatWaitsOrStartsLeavesBeforeOneThatWorks() {
    var world = World([.test("encoder", 2)])
    world.makeReady(ProcessName(role: "encoder", number: 2))
    world.scale("encoder", to: 1, .test("a"))
    #expect(world.processes[ProcessName(role: "encoder", number: 1)]?.terminated != nil)
  }

  @Test func aChangedCommandReplacesProcessesWithoutAGap() {
    var world = World([.test("encoder")])
    let old = ProcessName(role: "encoder", number: 1)
    let new = ProcessName(role: "encoder", number: 2)
    world.makeReady(old)
    world.scale("encoder", to: 1, .test("b"))
    #expect(world.processes[new]?.command == .test("b"))
    #expect(world.processes[old]?.terminated == nil, "it stays until the new one is ready")
    world.makeReady(new)
    #expect(world.processes[old]?.terminated != nil)
  }

  @Test func aChangedCommandThatDoesNotWorkLeavesTheOldProcesses() {
    var world = World([.test("encoder", 2)])
    world.settle()
    world.scale("encoder", to: 2, .test("broken"))
    for _ in 0..<5 {
      let broken = world.processes.filter { $0.value.command == .test("broken") }.keys
      for name in broken.sorted() { world.end(name) }
      world.advance(by: .seconds(10))
      #expect(world.processes.values.count { $0.command == .test("a") } == 2)
    }
  }

  @Test func anUnknownRoleIsIgnored() {
    var machine = SupervisorStateMachine([.test("encoder")])
    _ = machine.start(at: .zero)
    let actions = machine.handle(
      .scaled(role: "chef", count: 3, command: .test("a")), at: .seconds(1))
    #expect(actions.isEmpty)
  }
}
