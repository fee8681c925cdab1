import GRPCCore
import MeshAPI
import MessagePack
import Scheduling
import Traces

extension DispatchCore {
  /// - Parameter caller: as `ServerContext.remotePeer` names it; for the dispatcher itself, nothing.
  func makeClient(of caller: String = "") -> ClientID {
    ClientID(rawValue: makeID(), caller: caller)
  }

  /// Hands a request to the scheduler. `onAnswer` is called exactly once, possibly before this
  /// returns, and must not wait for anything.
  func submit(
    _ job: Job, for client: ClientID, onAnswer: @escaping @Sendable (Answer<StagePayload>) -> Void
  ) {
    let id = RequestID(rawValue: makeID())
    let waiter = Waiter(
      client: client, key: job.key, options: job.options, pipeline: job.pipeline,
      shownID: job.id.isEmpty ? "\(id)" : job.shownID, arrived: time.now(),
      trace: RequestTrace(
        job, isSampled: spans != nil, at: time.now(), wallTime: .sinceEpoch), onAnswer: onAnswer)
    if let key = job.key, let answer = memory.answer(to: key, at: time.now()) {
      answeredFromMemory += 1
      metrics.remembered(answer, job.pipeline)
      report(answer, to: waiter, isRemembered: true)
      return onAnswer(answer)
    }
    guard openRequests[client.caller, default: 0] < configuration.requestsPerClient else {
      refusedOfClients += 1
      let answer = Answer<StagePayload>(failure: tooManyRequests)
      metrics.answered(answer, job.pipeline, after: .zero)
      report(answer, to: waiter)
      return onAnswer(answer)
    }
    openRequests[client.caller, default: 0] += 1
    waiters[id] = waiter
    let submission = Submission(
      pipeline: job.pipeline.rawValue, payload: job.input, byteCount: job.byteCount,
      deadline: job.deadline)
    handle(.requestArrived(id, submission))
  }

  private var tooManyRequests: Failure {
    Failure(
      .resourceExhausted,
      "this client has \(configuration.requestsPerClient) requests in hand, as many as one may; "
        + "try again later", retryAfter: scheduler.retryAfter)
  }

  /// Forgets who waits for a request's answer.
  func removeWaiter(of id: RequestID) -> Waiter? {
    guard let waiter = waiters.removeValue(forKey: id) else { return nil }
    let count = openRequests[waiter.client.caller, default: 1]
    openRequests[waiter.client.caller] = count > 1 ? count - 1 : nil
    return waiter
  }

  /// Hands an answer to who waits for it, and remembers it for the case that it does not arrive.
  func give(_ answer: Answer<StagePayload>, to id: RequestID) {
    guard let waiter = removeWaiter(of: id) else { return }
    if let key = waiter.key { memory.remember(answer, to: key, at: time.now()) }
    metrics.answered(answer, waiter.pipeline, after: time.now() - waiter.arrived)
    report(answer, to: waiter)
    waiter.onAnswer(answer)
  }

  /// Ends all that the client waits for. What has run out of time by now is answered so.
  func cancel(_ client: ClientID) {
    gathering[client] = nil
    handle(.timeAdvanced)
    for id in waiters.filter({ $0.value.client == client }).keys.sorted() {
      handle(.requestCancelled(id))
    }
  }

  /// Counts bytes of a corpus that its client has not sent in full.
  ///
  /// - Throws: `RPCError` with code RESOURCE_EXHAUSTED when more is on its way than the dispatcher
  ///   may hold.
  func gather(_ byteCount: Int, for client: ClientID) throws(RPCError) {
    let limit = configuration.scheduler.maximumBytes
    guard gathering.values.reduce(byteCount, +) <= limit else {
      throw RPCError(
        code: .resourceExhausted,
        message: "the corpora on their way are of more than \(limit) bytes; try again later")
    }
    gathering[client, default: 0] += byteCount
  }

  /// The corpus is complete; its bytes.
  func endGathering(for client: ClientID) -> Int {
    gathering.removeValue(forKey: client) ?? 0
  }

  /// When the client of a call stops waiting, on the scheduler's clock; nil when it did not say.
  ///
  /// A little earlier, that is: so that it still gets the answer that says at which stage it was.
  nonisolated func deadline(of metadata: Metadata) -> Duration? {
    guard let timeout = metadata.callTimeout else { return nil }
    return time.now() + timeout - min(timeout / 10, .milliseconds(5))
  }
}

/// What a client wants done.
struct Job: Sendable {
  var pipeline: Pipeline
  /// The first stage's input.
  var input: StagePayload
  var byteCount: Int
  var options = DecodeOptions()
  /// The client's name for it, and the photograph's; to be shown.
  var id = ""
  var name = ""
  /// Where the client is in its trace.
  var parent: TraceContext?
  /// What its answer is remembered under; nil: it is not.
  var key: RequestKey?
  /// When the client stops waiting, on the scheduler's clock.
  var deadline: Duration?

  init(
    _ pipeline: Pipeline, _ input: StagePayload, byteCount: Int,
    options: DecodeOptions = DecodeOptions(), deadline: Duration?, parent: TraceContext?
  ) {
    self.pipeline = pipeline
    self.input = input
    self.byteCount = byteCount
    self.options = options
    self.deadline = deadline
    self.parent = parent
  }

  /// A photograph, whose bytes stay where they were received.
  init(_ request: CaptionRequest, deadline: Duration?, parent: TraceContext?) {
    self.init(
      .caption, .message(LoadInput(image: request.image, name: request.name)),
      byteCount: request.image.count, options: request.options, deadline: deadline,
      parent: parent)
    id = request.id
    name = request.name
    key = RequestKey(request)
  }
}
