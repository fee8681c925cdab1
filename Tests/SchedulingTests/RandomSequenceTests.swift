import Glibc
import Scheduling
import Testing

/// The scheduler's promises hold whatever happens in whatever order.
///
/// Each run takes other sequences; `CAPTIONMESH_SEED` repeats those of a run that failed.
/// They follow one another, since they take seconds of a core and other tests wait for answers.
@Suite(.serialized) struct RandomSequenceTests {
  private static let sequences = 10_000
  private static let events = 1_000
  /// The sequences are spread over so many tests.
  private static let blocks = 16
  private static let firstSeed = environmentSeed ?? UInt64.random(in: 0...999_999_999)

  @Test(arguments: 0..<blocks)
  func promisesHoldUnderRandomEvents(block: Int) {
    if block == 0 { print("random sequences from CAPTIONMESH_SEED=\(Self.firstSeed) on") }
    for sequence in stride(from: block, to: Self.sequences, by: Self.blocks) {
      let seed = Self.firstSeed + UInt64(sequence)
      var world = RandomWorld(seed: seed)
      while world.harness.events < Self.events { world.step() }
      world.runOut()
      let (answered, made) = (world.harness.answers.count, world.harness.requests.count)
      if answered != made { Issue.record("seed \(seed): \(made) requests, \(answered) answers") }
      let status = world.harness.status
      if world.harness.requeued != status.counters.retried {
        Issue.record("seed \(seed): what is said of retries is not what is counted")
      }
      if status.bytes != 0 || status.reservedBytes != 0 {
        Issue.record("seed \(seed): a payload is kept")
      }
    }
  }

  private static var environmentSeed: UInt64? {
    unsafe getenv("CAPTIONMESH_SEED").flatMap { unsafe UInt64(String(cString: $0)) }
  }
}

/// Clients and workers that do at random what they can do.
struct RandomWorld {
  var harness: Harness
  private var random: SplitMix64

  init(seed: UInt64) {
    harness = Harness(seed: seed)
    harness.resultBytes = ["load": 150, "encode": 60]
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
      if let requests = harness.requestIDs {
        let request = UInt64.random(in: requests, using: &random)
        harness.apply(.requestCancelled(RequestID(rawValue: request)))
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
