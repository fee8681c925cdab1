/// The dispatcher's decisions as a state machine without input or output: events go in, with the
/// time at which they happened, and actions come out.
///
/// Requests are admitted by count and bytes, and each gets exactly one answer. A request passes
/// through the stages of its pipeline; before each stage it waits in a bounded queue, and a stage
/// is not fed while the next one's queue is full. Work is bound to a worker only when the worker
/// has credit for it. What a worker holds is a lease: the input stays here until the result is in,
/// and is handed out again, at the front of the queue, when the worker is lost, silent or stalled.
/// After that each task goes out alone, to a worker that holds nothing else, so that the one input
/// that kills workers fails alone.
///
/// Times are durations since a start that the owner chooses; they never go back. Payloads are the
/// owner's handles: the scheduler keeps them and never looks inside.
public struct Scheduler<Payload: Sendable>: Sendable {
  public typealias Event = Scheduling.Event<Payload>
  public typealias Action = Scheduling.Action<Payload>

  public let configuration: SchedulerConfiguration

  var stages: [StageState]
  var requests: [RequestID: RequestState] = [:]
  /// The input of each request's present stage. Apart, so that all else is of plain types.
  var payloads: [RequestID: Payload] = [:]
  var workers: [WorkerID: WorkerState] = [:]
  var leases: [TaskID: Lease] = [:]
  /// The bytes of all payloads.
  var heldBytes = 0
  /// What they grow to before they leave, as far as is known; what admission counts.
  var reservedBytes = 0
  /// Whether no more requests are let in.
  var isClosed = false
  /// Whether all workers are to leave with the last request.
  var isDismissing = false
  /// Never later than the first deadline of all requests; a deadline that fell away may leave it
  /// too early, which costs one look.
  var earliestDeadline = Duration.maximum
  /// Never later than the first moment at which a worker may have a lapse; one that was heard of
  /// meanwhile may leave it too early, which costs one look.
  var earliestLapse = Duration.maximum
  /// The workers that are to leave, so that nobody looks for them among all after each event.
  var leaving: Set<WorkerID> = []
  /// The mean time that requests took of late; what `retryAfter` is guessed from.
  var meanResidence: Duration?
  public internal(set) var counters = SchedulerCounters()

  private let pipelines: [String: [Int]]
  private var lastTask: UInt64 = 0
  private var lastBatch: UInt64 = 0
  private var actions: [Action] = []

  public init(_ configuration: SchedulerConfiguration) {
    self.configuration = configuration
    stages = configuration.stages.map { StageState(name: $0.name, configuration: $0) }
    pipelines = configuration.pipelines.mapValues { names in
      names.map { name in configuration.stages.firstIndex { $0.name == name }! }
    }
    for pipeline in pipelines.values {
      for (stage, next) in zip(pipeline, pipeline.dropFirst()) {
        stages[stage].successors.insert(next)
        stages[next].predecessors.insert(stage)
      }
    }
  }

  /// Takes note of what happened at `now` and says what to do about it, in this order.
  public mutating func handle(_ event: Event, at now: Duration) -> [Action] {
    switch event {
    case .requestArrived(let id, let submission): admit(id, submission, at: now)
    case .requestCancelled(let id): cancel(id, at: now)
    case .workerRegistered(let id, let description): register(id, description, at: now)
    case .creditGranted(let id, let count): grant(count, to: id, at: now)
    case .taskSucceeded(let id, let task, let result): succeed(task, result, by: id, at: now)
    case .taskFailed(let id, let task, let failure): fail(task, failure, by: id, at: now)
    case .heartbeat(let id, let progress):
      hear(of: id, progress: progress, at: now)
      // The most frequent of events; it gives nobody anything to do but one who was silent.
      if actions.isEmpty { return [] }
    case .workerDraining(let id): markLeaving(id)
    case .workerLost(let id): lose(id, at: now)
    case .admissionClosed: isClosed = true
    case .drainRequested(let id): drain(id)
    case .timeAdvanced: advance(to: now)
    }
    feedWorkers(at: now)
    releaseDrainedWorkers()
    defer { actions.removeAll() }
    return actions
  }

  /// Whether every stage of the pipeline has a worker that takes work.
  public func isReady(_ pipeline: String) -> Bool {
    guard let stages = pipelines[pipeline] else { return false }
    return stages.allSatisfy { isServed(self.stages[$0].name) }
  }

  /// Whether the stage has a worker that takes work.
  public func isServed(_ stage: String) -> Bool {
    guard !isClosed, let stage = stages.first(where: { $0.name == stage }) else { return false }
    return stage.workers.contains { !workers[$0]!.isDraining && workers[$0]!.lapse == nil }
  }

  /// Whether no request is left and none is let in.
  public var isDrained: Bool { isClosed && requests.isEmpty }

  func stages(of pipeline: String) -> [Int]? { pipelines[pipeline] }

  mutating func perform(_ action: Action) { actions.append(action) }

  mutating func makeTaskID() -> TaskID {
    lastTask += 1
    return TaskID(rawValue: lastTask)
  }

  mutating func makeBatchID() -> BatchID {
    lastBatch += 1
    return BatchID(rawValue: lastBatch)
  }
}

extension Duration {
  /// Later than any time that comes.
  static var maximum: Duration { .seconds(Int64.max) }
}
