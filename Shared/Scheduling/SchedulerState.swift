/// A stage's queue and its workers.
struct StageState: Sendable {
  let name: String
  let configuration: SchedulerConfiguration.Stage
  var predecessors: Set<Int> = []
  var successors: Set<Int> = []
  var workers: Set<WorkerID> = []
  /// The requests that wait, first in line first. Those to be tried alone are always in front.
  var queue: [RequestID] = []
  /// Leases elsewhere whose results will come into this queue.
  var incoming = 0
  /// The most bytes that a result of this stage had.
  var largestResult = 0
  /// How many batches were handed out, by their sizes.
  var batches: [Int: Int] = [:]
  /// The mean time that requests waited in the queue of late.
  var meanWait: Duration?

  /// Places left in the queue when all that is on its way has arrived.
  var room: Int { configuration.queueLimit - queue.count - incoming }
}

/// A worker between registration and its end.
struct WorkerState: Sendable {
  let description: WorkerDescription
  let stage: Int
  var credit = 0
  var leases: Set<TaskID> = []
  /// Tasks cancelled while the worker held them, which it has not ended yet.
  var abandoned: Set<TaskID> = []
  /// Tasks that were given to others when it had a lapse, which it has not ended yet.
  var late: Set<TaskID> = []
  /// Whether it holds a task that has to be alone.
  var holdsSuspect = false
  var isDraining = false
  /// Why it gets no work although it is connected.
  var lapse: Lapse?
  var lastHeard: Duration
  var lastProgress: Duration
  var progress = 0
  var done = 0

  var isIdle: Bool { leases.isEmpty && abandoned.isEmpty && late.isEmpty }
}

/// Why the work of a connected worker was given to others. It gets work again once it is heard of,
/// or gets on.
enum Lapse: Sendable {
  /// Nothing was heard of it.
  case silent
  /// It lives, and does not get on with its tasks.
  case stalled
}

/// The promise that a worker computes a request's present stage.
struct Lease: Sendable {
  let request: RequestID
  let worker: WorkerID
}

/// An admitted request.
struct RequestState: Sendable {
  let pipeline: [Int]
  /// The index in `pipeline` of the stage that it waits for or is at.
  var position = 0
  /// Of the present stage's input.
  var byteCount: Int
  /// The bytes that it takes when it is at its largest.
  var reserved: Int
  /// What the worker that made the input says it produces; nil for what the client sent.
  var identity: String?
  let arrived: Duration
  let deadline: Duration
  /// When it joined the queue that it is in or was in last.
  var enqueued: Duration
  var lease: TaskID?
  /// How often the present stage's task was handed out.
  var attempts = 0
  /// How often a task of any stage was handed out again.
  var retries = 0
  /// A worker was lost with it: the next one must hold nothing else.
  var isSuspect = false
  var queued = Duration.zero
  var computed: [String: Duration] = [:]

  var stage: Int { pipeline[position] }
  /// The present stage and those after it.
  var ahead: ArraySlice<Int> { pipeline[position...] }
  var nextStage: Int? { position + 1 < pipeline.count ? pipeline[position + 1] : nil }
}
