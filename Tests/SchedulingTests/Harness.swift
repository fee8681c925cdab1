import Scheduling
import Testing

/// A scheduler whose payloads are numbers, with the model of clients and workers that its actions
/// are checked against.
///
/// The payload of request 7 at its third stage is 702. Every action that breaks a promise is
/// recorded as an issue with the harness's seed.
struct Harness {
  struct WorkerModel {
    var description: WorkerDescription
    var credit = 0
    /// What it has been sent and not ended yet.
    var tasks: [TaskID: RequestID] = [:]
    var isDraining = false
    var isSuspended = false
  }

  struct RequestModel {
    let stages: [String]
    var position = 0
    var attempts = 0
    var isSuspect = false
    var holder: WorkerID?

    /// The stage that its result will go to.
    var nextStage: String? { position + 1 < stages.count ? stages[position + 1] : nil }
  }

  static let captioning = ["load", "encode", "decode"]
  /// "features" shares its stages with "caption", so that tasks of one queue go different ways.
  static let pipelines = [
    "caption": captioning, "features": ["load", "encode"], "score": ["score"],
  ]

  var scheduler: Scheduler<Int>
  var now = Duration.zero
  let seed: UInt64
  var requests: [RequestID: RequestModel] = [:]
  var answers: [RequestID: Answer<Int>] = [:]
  var workers: [WorkerID: WorkerModel] = [:]
  var closed: [WorkerID: Failure?] = [:]
  /// The bytes of a stage's results.
  var resultBytes: [String: Int] = [:]
  /// How often a request was said to wait again.
  private(set) var requeued = 0
  /// How many events the scheduler was given.
  private(set) var events = 0
  private var seenTasks: Set<TaskID> = []
  private var lastRequest: UInt64 = 0
  private var lastWorker: UInt64 = 0

  init(seed: UInt64 = 0, _ change: (inout SchedulerConfiguration) -> Void = { _ in }) {
    var configuration = SchedulerConfiguration(
      stages: [
        .init("load"), .init("encode", queueLimit: 4), .init("decode", queueLimit: 4),
        .init("score"),
      ],
      pipelines: Self.pipelines)
    configuration.maximumRequests = 16
    configuration.maximumBytes = 2000
    configuration.requestTimeout = .seconds(10)
    configuration.stallTimeout = .seconds(5)
    change(&configuration)
    scheduler = Scheduler(configuration)
    self.seed = seed
  }

  var status: SchedulerStatus { scheduler.status(at: now) }

  /// The requests made so far.
  var requestIDs: ClosedRange<UInt64>? { lastRequest > 0 ? 1...lastRequest : nil }

  // MARK: Events

  @discardableResult
  mutating func arrive(
    _ pipeline: String = "caption", bytes: Int = 10, deadline: Duration? = nil
  ) -> RequestID {
    lastRequest += 1
    let id = RequestID(rawValue: lastRequest)
    requests[id] = RequestModel(stages: Self.pipelines[pipeline]!)
    apply(
      .requestArrived(
        id,
        Submission(
          pipeline: pipeline, payload: Int(lastRequest) * 100, byteCount: bytes,
          deadline: deadline)))
    return id
  }

  @discardableResult
  mutating func register(_ description: WorkerDescription) -> WorkerID {
    lastWorker += 1
    let id = WorkerID(rawValue: lastWorker)
    workers[id] = WorkerModel(description: description)
    apply(.workerRegistered(id, description))
    return id
  }

  /// Registers a worker and grants it all that it can hold.
  @discardableResult
  mutating func start(_ stage: String, capacity: Int = 4, batch: Int = 4) -> WorkerID {
    let id = register(
      WorkerDescription(stage: stage, capacity: capacity, maximumBatch: batch))
    grant(id, capacity)
    return id
  }

  mutating func grant(_ id: WorkerID, _ count: Int) {
    if count > 0, let capacity = workers[id]?.description.capacity {
      workers[id]!.credit = min(workers[id]!.credit + min(count, capacity), capacity)
    }
    apply(.creditGranted(id, count))
  }

  /// Ends a task as its worker would, with the credit for another one.
  mutating func finish(_ id: WorkerID, _ task: TaskID, _ failure: Failure? = nil) {
    let request = workers[id]?.tasks.removeValue(forKey: task)
    // A worker that no longer holds the lease tries to get by with nonsense.
    var payload = -1
    if let request, requests[request]?.holder == id, answers[request] == nil {
      requests[request]!.holder = nil
      if failure == nil {
        requests[request]!.position += 1
        requests[request]!.attempts = 0
        requests[request]!.isSuspect = false
        payload = Int(request.rawValue) * 100 + requests[request]!.position
      }
    }
    if let failure {
      apply(.taskFailed(id, task, failure))
    } else {
      let byteCount = workers[id].flatMap { resultBytes[$0.description.stage] } ?? 20
      let result = TaskResult(payload: payload, byteCount: byteCount, elapsed: .milliseconds(3))
      apply(.taskSucceeded(id, task, result))
    }
    grant(id, 1)
  }

  /// Ends the tasks that a worker holds now, oldest first.
  mutating func finishAll(_ id: WorkerID, _ failure: Failure? = nil) {
    for task in workers[id]!.tasks.keys.sorted() { finish(id, task, failure) }
  }

  /// Ends the tasks of a worker and those that it gets then, until it has nothing to do.
  mutating func work(_ id: WorkerID) {
    while workers[id]?.tasks.isEmpty == false { finishAll(id) }
  }

  mutating func lose(_ id: WorkerID) {
    forget(id)
    apply(.workerLost(id))
  }

  mutating func drain(_ id: WorkerID) {
    workers[id]?.isDraining = true
    apply(.workerDraining(id))
  }

  mutating func advance(by step: Duration, hearing: Bool = true) {
    now += step
    if hearing {
      for id in workers.keys.sorted() { apply(.heartbeat(id, progress: 0)) }
    }
    apply(.timeAdvanced)
  }

  // MARK: Checks

  /// Hands the event to the scheduler and checks what comes out against the model.
  mutating func apply(_ event: Scheduler<Int>.Event) {
    events += 1
    var fed: Set<String> = []
    for action in scheduler.handle(event, at: now) {
      switch action {
      case .welcome(let id): check(workers[id] != nil, "an unknown worker is welcomed")
      case .assign(let id, let batch):
        for item in batch.items {
          if let next = requests[item.request]?.nextStage {
            fed.insert("\(batch.stage) to \(next)")
          }
        }
        receive(batch, at: id)
      case .cancel(let id, let task):
        check(workers[id]?.tasks[task] != nil, "a task is cancelled where it is not")
      case .suspended(let id, _): suspend(id)
      case .resumed(let id):
        check(workers[id]?.isSuspended == true, "worker \(id) comes back and was not away")
        workers[id]?.isSuspended = false
      case .passed(let id, let passage):
        check(answers[id] == nil, "request \(id) is answered and gets on")
        let position = requests[id]!.position
        check(
          position > 0 && requests[id]!.stages[position - 1] == passage.stage,
          "request \(id) passes a stage that its worker did not end")
      case .requeued(let id, let failure):
        check(answers[id] == nil, "request \(id) is answered and waits again")
        check(
          requests[id]!.stages[requests[id]!.position] == failure.stage,
          "request \(id) waits for another stage than it was at")
        requeued += 1
      case .drain(let id): workers[id]?.isDraining = true
      case .close(let id, let failure):
        check(closed[id] == nil, "worker \(id) is closed twice")
        closed[id] = failure
        if failure == nil, let tasks = workers[id]?.tasks {
          check(tasks.isEmpty, "worker \(id) is let go while it holds tasks")
        }
        forget(id)
      case .answer(let id, let answer): receive(answer, to: id)
      }
    }
    if case .heartbeat = event, fed.isEmpty { return }
    checkBounds(fed)
    if case .requestArrived(let id, _) = event, answers[id] == nil {
      check(
        status.reservedBytes <= scheduler.configuration.maximumBytes || status.requests == 1,
        "request \(id) is let in though there is no room for its bytes")
    }
  }

  private mutating func receive(_ batch: Batch<Int>, at id: WorkerID) {
    guard var worker = workers[id] else {
      check(false, "a batch goes to worker \(id), which is not there")
      return
    }
    check(!worker.isDraining, "worker \(id) drains and gets work")
    check(!worker.isSuspended, "worker \(id) is suspended and gets work")
    check(batch.stage == worker.description.stage, "worker \(id) gets another stage's work")
    check(!batch.items.isEmpty, "an empty batch")
    check(batch.items.count <= worker.description.maximumBatch, "worker \(id)'s batch is too big")
    worker.credit -= batch.items.count
    check(worker.credit >= 0, "worker \(id)'s credit is negative")
    check(
      !worker.tasks.values.contains { requests[$0]!.isSuspect && requests[$0]!.holder == id },
      "worker \(id) gets work beside a task that has to be alone")
    for item in batch.items {
      check(seenTasks.insert(item.task).inserted, "task \(item.task) is handed out twice")
      check(answers[item.request] == nil, "request \(item.request) is answered and handed out")
      check(item.deadline > now, "request \(item.request) is handed out after its deadline")
      var request = requests[item.request]!
      check(request.holder == nil, "request \(item.request) is under two leases")
      check(request.stages[request.position] == batch.stage, "request at the wrong stage")
      check(
        item.payload == Int(item.request.rawValue) * 100 + request.position, "the wrong payload")
      request.attempts += 1
      check(request.attempts <= 3, "request \(item.request) is tried more than three times")
      check(
        !request.isSuspect || batch.items.count == 1 && worker.tasks.isEmpty,
        "a task that has to be alone is not")
      request.holder = id
      requests[item.request] = request
      worker.tasks[item.task] = item.request
    }
    workers[id] = worker
  }

  private mutating func receive(_ answer: Answer<Int>, to id: RequestID) {
    check(requests[id] != nil, "an answer to request \(id), which was never made")
    check(answers[id] == nil, "request \(id) is answered twice")
    answers[id] = answer
    if case .success(let payload) = answer.result {
      check(requests[id]!.position == requests[id]!.stages.count, "answered before the end")
      check(
        payload == Int(id.rawValue) * 100 + requests[id]!.position,
        "the wrong payload in an answer")
    }
  }

  /// The worker is gone: its tasks will be retried, each alone.
  private mutating func forget(_ id: WorkerID) {
    guard let worker = workers.removeValue(forKey: id) else { return }
    for request in worker.tasks.values where requests[request]!.holder == id {
      requests[request]!.holder = nil
      requests[request]!.isSuspect = true
    }
  }

  /// The worker's tasks will be retried, each alone; it may end them all the same.
  private mutating func suspend(_ id: WorkerID) {
    check(workers[id]?.isSuspended == false, "worker \(id) is suspended twice")
    workers[id]?.isSuspended = true
    for request in workers[id]?.tasks.values ?? [:].values where requests[request]!.holder == id {
      requests[request]!.holder = nil
      requests[request]!.isSuspect = true
    }
  }

  private func checkBounds(_ fed: Set<String>) {
    let status = status
    let configuration = scheduler.configuration
    var incoming: [String: Int] = [:]
    for (id, worker) in workers {
      for request in worker.tasks.values where requests[request]!.holder == id {
        if answers[request] == nil, let next = requests[request]!.nextStage {
          incoming[next, default: 0] += 1
        }
      }
    }
    check(status.requests == requests.count - answers.count, "requests are lost or left over")
    check(status.requests <= configuration.maximumRequests, "too many requests are held")
    check(
      status.bytes >= 0 && status.bytes <= status.reservedBytes,
      "more bytes are held than reserved")
    for (stage, next) in zip(Self.captioning, Self.captioning.dropFirst()) {
      let limit = configuration.stages.first { $0.name == next }!.queueLimit
      let taken = status[next].queued + incoming[next, default: 0]
      if fed.contains("\(stage) to \(next)") {
        check(taken <= limit, "\(stage) is fed though \(next) is full")
      }
      if status[stage].queued > 0, taken < limit {
        check(
          !status[stage].workers.contains { $0.state == .idle && $0.credit > 0 },
          "an idle worker of \(stage) waits though there is work")
      }
    }
    for stage in status.stages {
      for worker in stage.workers {
        check(worker.credit == workers[worker.id]?.credit, "the credit is not the model's")
      }
    }
  }

  private func check(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { Issue.record("seed \(seed), at \(now): \(message())") }
  }
}

extension SchedulerStatus {
  subscript(name: String) -> Stage { stages.first { $0.name == name }! }
}

extension Answer {
  var failure: Failure? {
    if case .failure(let failure) = result { failure } else { nil }
  }
}
