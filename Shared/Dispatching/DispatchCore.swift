import GRPCCore
public import Logging
import MeshAPI
import MessagePack
public import Metrics
import Scheduling
public import Traces

/// Turns what clients and workers say into the scheduler's events and does what it decides.
///
/// The actor holds everything that the mesh has in hand: the payloads, under the scheduler's
/// leases; who waits for each request's answer; and the stream to each worker.
public actor DispatchCore {
  /// A registered worker's stream, and what it said of itself.
  struct Registration {
    let hello: WorkerHello
    let outbox: WorkerOutbox
    /// The resident memory of its process, as it said last.
    var memoryBytes: Int?
  }

  /// Somebody who waits for a request's answer.
  struct Waiter {
    let client: ClientID
    /// What the answer is remembered under.
    let key: RequestKey?
    /// How the request's caption is searched for.
    let options: DecodeOptions
    let pipeline: Pipeline
    /// The client's name for the request.
    let shownID: String
    let arrived: Duration
    var trace: RequestTrace
    let onAnswer: @Sendable (Answer<StagePayload>) -> Void
  }

  /// Takes what is sent together.
  typealias WorkerOutbox = AsyncThrowingStream<[DispatcherMessage], any Error>.Continuation

  let configuration: DispatcherConfiguration
  let logger: Logger
  let time: TimeSource
  /// Who takes the spans of requests; nil: nobody.
  let spans: (any SpanExporter)?
  var metrics: DispatchMetrics
  /// Where they are read, such as "http://127.0.0.1:9464/metrics"; nil: nowhere.
  var metricsAddress: String?
  var scheduler: Scheduler<StagePayload>
  var waiters: [RequestID: Waiter] = [:]
  /// Requests in hand by the client that they are of; no zeros.
  var openRequests: [String: Int] = [:]
  var registrations: [WorkerID: Registration] = [:]
  /// Bytes of corpora that are still being received.
  var gathering: [ClientID: Int] = [:]
  /// What was answered of late.
  var memory: AnswerMemory
  var drains: [DrainWaiter] = []
  var watchers: [ClientID: HealthWatcher] = [:]
  /// Requests answered from ``memory``.
  var answeredFromMemory = 0
  /// Requests refused since their client had enough of them in hand.
  var refusedOfClients = 0
  private var lastID: UInt64 = 0
  private var timer: (at: Duration, task: Task<Void, Never>)?

  /// - Parameters:
  ///   - configuration: limits, stages and times.
  ///   - logger: where what happens is noted.
  ///   - time: the clock.
  ///   - metrics: the backend of the metrics.
  ///   - spans: takes the spans of requests.
  public init(
    _ configuration: DispatcherConfiguration, logger: Logger, time: TimeSource = .continuous(),
    metrics: any MetricsFactory = MetricsSystem.factory, spans: (any SpanExporter)? = nil
  ) {
    self.configuration = configuration
    self.logger = logger
    self.time = time
    self.spans = spans
    self.metrics = DispatchMetrics(configuration, metrics)
    scheduler = Scheduler(configuration.scheduler)
    memory = AnswerMemory(configuration.memory)
  }

  deinit { timer?.task.cancel() }

  /// A number that was not given out before.
  func makeID() -> UInt64 {
    lastID += 1
    return lastID
  }

  /// Lets the scheduler decide on an event and does what it says.
  func handle(_ event: Scheduler<StagePayload>.Event) {
    for action in scheduler.handle(event, at: time.now()) { perform(action) }
    notifyDrains()
    notifyWatchers()
    setTimer()
  }

  private func perform(_ action: Scheduler<StagePayload>.Action) {
    switch action {
    case .welcome(let id): welcome(id)
    case .assign(let id, let batch): send(batch, to: id)
    case .cancel(let id, let task): registrations[id]?.outbox.yield([.cancel(task.rawValue)])
    case .suspended(let id, let failure): noteSuspension(of: id, failure)
    case .resumed(let id): logger.notice("worker \(id) is back")
    case .passed(let id, let passage):
      metrics.passed(passage)
      tracePassage(id, passage)
    case .requeued(let id, let failure):
      metrics.requeued(failure)
      traceRequeue(id, failure)
    case .drain(let id): registrations[id]?.outbox.yield([.drain])
    case .close(let id, let failure): close(id, failure)
    case .answer(let id, let answer): give(answer, to: id)
    }
  }

  /// Sees to it that the scheduler hears of the time when it next wants to.
  private func setTimer() {
    guard let next = scheduler.nextWakeup(after: time.now()) else { return }
    if let timer, timer.at <= next { return }
    timer?.task.cancel()
    let time = time
    let task = Task { [weak self] in
      guard (try? await time.sleep(next)) != nil else { return }
      await self?.timerFired()
    }
    timer = (next, task)
  }

  private func timerFired() {
    timer = nil
    handle(.timeAdvanced)
  }
}

/// Names one client's call.
struct ClientID: Hashable, Sendable {
  let rawValue: UInt64
  /// Whose call it is: a holder of a key, or a connection.
  let caller: String
}
