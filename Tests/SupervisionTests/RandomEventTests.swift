import Supervision
import Testing

/// The supervisor's promises hold whatever happens in whatever order.
@Suite struct RandomEventTests {
  @Test(arguments: 0..<8)
  func promisesHoldUnderRandomEvents(block: UInt64) {
    for sequence in 0..<25 {
      let seed = block * 25 + UInt64(sequence)
      var random = SplitMix64(state: seed)
      var world = World([
        .test("dispatcher"), .test("loader", stopOrder: 1), .test("encoder", 2, stopOrder: 1),
      ])
      for _ in 0..<200 { world.step(&random) }

      world.settle()
      for role in world.wanted.values {
        let processes = world.processes.filter { $0.key.role == role.name }
        #expect(processes.count == role.count, "seed \(seed): the count is reached")
        #expect(
          processes.values.allSatisfy { $0.command == role.command && $0.isReady },
          "seed \(seed): everything runs what is wanted")
      }

      world.stop()
      for _ in 0..<50 { world.step(&random) }
      world.settle()
      #expect(world.isFinished, "seed \(seed): everything ends")
    }
  }
}

extension World {
  fileprivate mutating func step(_ random: inout SplitMix64) {
    let name = processes.keys.sorted().randomElement(using: &random)
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<20: advance(by: .milliseconds(Int.random(in: 0...2000, using: &random)))
    case 20..<23: advance(by: .seconds(70))
    case 23..<50: if let name { makeReady(name) }
    case 50..<75:
      let exits: [ProcessExit] = [.exited(status: 0), .signalled(9), .notStarted("made to fail")]
      if let name { end(name, exits.randomElement(using: &random)!) }
    case 75..<90:
      let living = processes.filter { $0.value.terminated != nil }.keys.sorted()
      if let name = living.randomElement(using: &random) { end(name, .exited(status: 0)) }
    case 90..<91: if let name { getStuck(name) }
    case 91..<92: end(ProcessName(role: "loader", number: 99))
    default:
      scale(
        ["loader", "encoder"].randomElement(using: &random)!,
        to: Int.random(in: 0...5, using: &random),
        .test(["a", "b", "c"].randomElement(using: &random)!))
    }
  }
}

/// Steele, Lea and Flood's SplitMix64 (2014): the same numbers for the same seed everywhere.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
