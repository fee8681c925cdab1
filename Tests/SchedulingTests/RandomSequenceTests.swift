import Scheduling
import Testing

/// The scheduler's promises hold whatever happens in whatever order.
@Suite struct RandomSequenceTests {
  @Test(arguments: 0..<8)
  func promisesHoldUnderRandomEvents(block: UInt64) {
    for sequence in 0..<125 {
      let seed = block * 125 + UInt64(sequence)
      var world = RandomWorld(seed: seed)
      for _ in 0..<500 { world.step() }
      world.runOut()
      #expect(
        world.harness.answers.count == world.harness.requests.count,
        "seed \(seed): every request is answered")
      #expect(world.harness.scheduler.status.bytes == 0, "seed \(seed): no payload is kept")
    }
  }
}

/// Clients and workers that do at random what they can do.
struct RandomWorld {
  var harness: Harness
  private var random: SplitMix64

  init(seed: UInt64) {
    harness = Harness(seed: seed)
    random = SplitMix64(state: seed)
  }

  mutating func step() {
    switch number(in: 0...99) {
    case 0..<25:
      let deadline = chance(30) ? harness.now + .milliseconds(number(in: -5...800)) : nil
      harness.arrive(
        ["caption", "caption", "caption", "features", "score"].randomElement(using: &random)!,
        bytes: number(in: 0...200), deadline: deadline)
    case 25..<31: register()
    case 31..<36: if let worker = anyWorker() { harness.grant(worker, number(in: -1...4)) }
    case 36..<70:
      if let (worker, task) = anyTask() { harness.finish(worker, task, failureOrNil()) }
    case 70..<72: finishWhatIsNotHeld()
    case 72..<75: if let worker = anyWorker() { harness.lose(worker) }
    case 75..<77: if let worker = anyWorker() { harness.drain(worker) }
    case 77..<79: if let worker = anyWorker() { harness.apply(.drainRequested(worker)) }
    case 79..<85:
      if let request = harness.requests.keys.sorted().randomElement(using: &random) {
        harness.apply(.requestCancelled(request))
      }
    default:
      harness.advance(by: .milliseconds(number(in: 0...50)), hearing: chance(90))
    }
  }

  /// Everybody leaves; deadlines end what is left.
  mutating func runOut() {
    if chance(50) { harness.apply(.drainRequested(nil)) }
    harness.advance(by: .seconds(11), hearing: false)
  }

  private mutating func register() {
    let stage = ["load", "encode", "decode", "score"].randomElement(using: &random)!
    var description = WorkerDescription(
      stage: stage, capacity: number(in: 0...8),
      maximumBatch: number(in: 1...4))
    let identities = ["load": (nil, "p"), "encode": ("p", "f"), "decode": ("f", "v")]
    if let (expects, produces) = identities[stage] {
      description.expects = chance(5) ? "other" : expects
      description.produces = chance(5) ? "other" : produces
    }
    let worker = harness.register(description)
    if chance(80) { harness.grant(worker, description.capacity) }
  }

  private mutating func finishWhatIsNotHeld() {
    let task = TaskID(rawValue: UInt64.random(in: 0...200, using: &random))
    let worker = anyWorker() ?? WorkerID(rawValue: 9999)
    if harness.workers[worker]?.tasks[task] == nil { harness.finish(worker, task) }
  }

  private mutating func failureOrNil() -> Failure? {
    guard chance(15) else { return nil }
    return Failure(chance(50) ? .unavailable : .invalidArgument, "made to fail")
  }

  private mutating func anyWorker() -> WorkerID? {
    harness.workers.keys.sorted().randomElement(using: &random)
  }

  private mutating func anyTask() -> (WorkerID, TaskID)? {
    let busy = harness.workers.filter { !$0.value.tasks.isEmpty }.keys.sorted()
    guard let worker = busy.randomElement(using: &random) else { return nil }
    return (worker, harness.workers[worker]!.tasks.keys.sorted().randomElement(using: &random)!)
  }

  private mutating func chance(_ percent: Int) -> Bool { number(in: 0...99) < percent }

  private mutating func number(in range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &random)
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
