import MeshAPI
import Metrics
import Scheduling

/// The dispatcher's metrics, by swift-metrics. What happens is recorded when the scheduler says so;
/// what is there now is taken from its status when somebody looks.
public struct DispatchMetrics {
  /// A stage's metrics, there from the start so that rates begin at zero.
  private struct StageMetrics {
    let depth: Meter
    let wait: Metrics.Timer
    let batch: Recorder
    let duration: Metrics.Timer
    let inFlight: Meter
    let requeued: Counter
    let credit: Meter
    let memory: Meter
    let workers: [SchedulerStatus.Worker.State: Meter]

    init(_ stage: String, _ factory: any MetricsFactory) {
      let labels = [("stage", stage)]
      func meter(_ name: String) -> Meter {
        Meter(label: name, dimensions: labels, factory: factory)
      }
      depth = meter("captionmesh_queue_depth")
      wait = Timer(
        label: "captionmesh_queue_wait_seconds", dimensions: labels, factory: factory)
      batch = Recorder(
        label: "captionmesh_batch_size", dimensions: labels, aggregate: true, factory: factory)
      duration = Timer(
        label: "captionmesh_stage_duration_seconds", dimensions: labels, factory: factory)
      inFlight = meter("captionmesh_stage_in_flight")
      requeued = Counter(
        label: "captionmesh_tasks_requeued_total", dimensions: labels, factory: factory)
      credit = meter("captionmesh_credit")
      memory = meter("captionmesh_worker_resident_memory_bytes")
      let states: [SchedulerStatus.Worker.State] = [.idle, .busy, .draining, .silent, .stalled]
      workers = Dictionary(
        uniqueKeysWithValues: states.map { state in
          (
            state,
            Meter(
              label: "captionmesh_workers", dimensions: labels + [("state", state.rawValue)],
              factory: factory)
          )
        })
    }
  }

  /// What is recorded of answers of one kind.
  private struct AnswerMetrics {
    let count: Counter
    let duration: Metrics.Timer
    let attempts: Recorder

    init(_ kind: AnswerKind, _ factory: any MetricsFactory) {
      let pipeline = ("pipeline", kind.pipeline.rawValue)
      let outcome = ("outcome", kind.outcome)
      count = Counter(
        label: "captionmesh_requests_total",
        dimensions: [pipeline, outcome, ("reason", kind.reason)], factory: factory)
      duration = Timer(
        label: "captionmesh_request_duration_seconds", dimensions: [pipeline, outcome],
        factory: factory)
      attempts = Recorder(
        label: "captionmesh_request_attempts", dimensions: [pipeline], aggregate: true,
        factory: factory)
    }
  }

  private struct AnswerKind: Hashable {
    let pipeline: Pipeline
    let outcome: String
    /// gRPC's status code.
    let reason: String
  }

  private let factory: any MetricsFactory
  /// Made when there is the first of a kind.
  private var answers: [AnswerKind: AnswerMetrics] = [:]
  private let stages: [String: StageMetrics]
  /// What counters that are kept elsewhere had reached when somebody looked last.
  private var reached: [String: Int] = [:]

  init(_ configuration: DispatcherConfiguration, _ factory: any MetricsFactory) {
    self.factory = factory
    let names = configuration.scheduler.stages.map(\.name)
    stages = Dictionary(
      uniqueKeysWithValues: names.map { ($0, StageMetrics($0, factory)) })
    set("captionmesh_limit_requests", configuration.scheduler.maximumRequests)
    set("captionmesh_limit_bytes", configuration.scheduler.maximumBytes)
    set("captionmesh_build_info", 1, [("version", configuration.build)])
  }

  // MARK: What happens

  func assigned(_ batch: Batch<StagePayload>) {
    guard let stage = stages[batch.stage] else { return }
    stage.batch.record(batch.items.count)
    for item in batch.items { stage.wait.record(duration: item.waited) }
  }

  func passed(_ passage: Passage) {
    stages[passage.stage]?.duration.record(duration: passage.elapsed)
  }

  func requeued(_ failure: Failure) {
    if let stage = failure.stage { stages[stage]?.requeued.increment() }
  }

  /// A request that was answered before came again.
  mutating func remembered(_ answer: Answer<StagePayload>, _ pipeline: Pipeline) {
    metrics(of: answer, "remembered", pipeline).count.increment()
  }

  mutating func answered(
    _ answer: Answer<StagePayload>, _ pipeline: Pipeline, after duration: Duration
  ) {
    let metrics = metrics(of: answer, answer.outcome, pipeline)
    metrics.count.increment()
    metrics.duration.record(duration: duration)
    if answer.attempts > 0 { metrics.attempts.record(answer.attempts) }
  }

  private mutating func metrics(
    of answer: Answer<StagePayload>, _ outcome: String, _ pipeline: Pipeline
  ) -> AnswerMetrics {
    let kind = AnswerKind(pipeline: pipeline, outcome: outcome, reason: answer.reason)
    if let metrics = answers[kind] { return metrics }
    let metrics = AnswerMetrics(kind, factory)
    answers[kind] = metrics
    return metrics
  }

  // MARK: What is

  /// - Parameter memory: the resident bytes of each stage's workers.
  mutating func look(at status: SchedulerStatus, memory: [String: Int]) {
    for stage in status.stages {
      guard let metrics = stages[stage.name] else { continue }
      metrics.depth.set(stage.queued)
      metrics.inFlight.set(stage.inFlight)
      metrics.credit.set(stage.workers.reduce(0) { $0 + $1.credit })
      metrics.memory.set(memory[stage.name] ?? 0)
      for (state, meter) in metrics.workers {
        meter.set(stage.workers.count { $0.state == state })
      }
    }
    set("captionmesh_requests_in_flight", status.requests)
    set("captionmesh_payload_bytes", status.bytes)
    set("captionmesh_reserved_bytes", status.reservedBytes)
    let counters = status.counters
    reach("captionmesh_requests_admitted_total", counters.admitted)
    reach("captionmesh_admitted_bytes_total", counters.admittedBytes)
    reach("captionmesh_late_results_total", counters.lateResults)
    reach("captionmesh_stale_results_total", counters.staleResults)
    reach("captionmesh_workers_lost_total", counters.lostWorkers)
    reach("captionmesh_workers_suspended_total", counters.suspendedWorkers)
    reach("captionmesh_workers_refused_total", counters.refusedWorkers)
  }

  /// Sets a gauge.
  func set(_ name: String, _ value: Int, _ labels: [(String, String)] = []) {
    Meter(label: name, dimensions: labels, factory: factory).set(value)
  }

  /// Lets a counter grow to what is counted elsewhere.
  mutating func reach(_ name: String, _ value: Int, _ labels: [(String, String)] = []) {
    let key = ([name] + labels.map(\.1)).joined(separator: " ")
    Counter(label: name, dimensions: labels, factory: factory)
      .increment(by: max(0, value - reached[key, default: 0]))
    reached[key] = max(value, reached[key, default: 0])
  }
}

extension Answer {
  fileprivate var outcome: String {
    switch result {
    case .success: "completed"
    case .failure where attempts == 0: "rejected"
    case .failure(let failure):
      switch failure.code {
      case .cancelled: "cancelled"
      case .deadlineExceeded: "expired"
      default: "failed"
      }
    }
  }

  /// gRPC's status code.
  fileprivate var reason: String {
    switch result {
    case .success: "OK"
    case .failure(let failure): failure.code.rawValue
    }
  }
}
