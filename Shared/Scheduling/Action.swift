/// Something for the owner of the scheduler to do.
public enum Action<Payload: Sendable>: Sendable {
  /// The worker is in: tell it so.
  case welcome(WorkerID)
  /// Send these tasks to the worker, to be computed together.
  case assign(WorkerID, Batch<Payload>)
  /// Nobody waits for the task any more. The worker still ends it with a result or a failure.
  case cancel(WorkerID, TaskID)
  /// The worker does not answer or does not get on: its tasks go to others, and it gets none until
  /// it is `resumed`. For the log.
  case suspended(WorkerID, Failure)
  case resumed(WorkerID)
  /// Ask the worker to leave once it is done.
  case drain(WorkerID)
  /// The worker's stream ends here: in good order, or for the reason given. The scheduler has
  /// forgotten the worker.
  case close(WorkerID, Failure?)
  /// A worker's result took the request past a stage. For those who watch.
  case passed(RequestID, Passage)
  /// The request's task was taken back from its worker, or the worker could not do it: it waits to
  /// be handed out again. For those who watch.
  case requeued(RequestID, Failure)
  /// The one answer that each request gets, admitted or not.
  case answer(RequestID, Answer<Payload>)
}

/// Tasks of one stage that go to a worker together.
public struct Batch<Payload: Sendable>: Sendable {
  public struct Item: Sendable {
    public var task: TaskID
    public var request: RequestID
    public var payload: Payload
    /// When the client stops waiting, on the scheduler's clock.
    public var deadline: Duration
    /// 1, and one more for each time that this stage's task was handed out before.
    public var attempt: Int
    /// How long it was in the queue this time.
    public var waited: Duration
  }

  public var id: BatchID
  public var stage: String
  public var items: [Item]
}

/// One stage of a request that is done.
public struct Passage: Sendable {
  public var stage: String
  public var worker: WorkerID
  /// The time that the worker says it computed.
  public var elapsed: Duration
}

/// How a request ended.
public struct Answer<Payload: Sendable>: Sendable {
  /// The last stage's output, or why there is none.
  public var result: Result<Payload, Failure>
  /// 1, and one more for each time that a task was handed out again.
  public var attempts: Int
  /// Time spent in queues.
  public var queued: Duration
  /// The time that each stage computed, by its name.
  public var computed: [String: Duration]

  init(
    _ result: Result<Payload, Failure>, attempts: Int, queued: Duration,
    computed: [String: Duration]
  ) {
    self.result = result
    self.attempts = attempts
    self.queued = queued
    self.computed = computed
  }

  /// The answer to a request that never came to a stage.
  public init(failure: Failure) {
    self.init(.failure(failure), attempts: 0, queued: .zero, computed: [:])
  }
}
