import MeshAPI
import Scheduling
import Traces

/// The way of one request through the mesh, as spans: the request, in it for each stage the time in
/// the queue and the time with a worker, and the attempts as events. It does no I/O.
///
/// Times go in as the scheduler's, so that no span ends before it begins, and come out since 1970.
struct RequestTrace {
  /// The request's own span.
  let context: TraceContext
  private let parent: SpanID?
  private let name: String
  /// When the scheduler's time began, since 1970.
  private let epoch: Duration
  private let start: Duration
  private var attributes: [String: Span.Value]
  /// What the request is at now.
  private var present: Span
  private var past: [Span] = []
  private var events: [Span.Event] = []
  /// A request that is handed out again and again is told of so far.
  private static let most = 100

  /// - Parameters:
  ///   - isSampled: whether a trace that begins here is to be recorded.
  ///   - wallTime: the time since 1970.
  init(_ job: Job, isSampled: Bool, at now: Duration, wallTime: Duration) {
    var random = SystemRandomNumberGenerator()
    context =
      job.parent?.child(using: &random) ?? .fresh(isSampled: isSampled, using: &random)
    parent = job.parent?.span
    name = job.pipeline.rawValue
    epoch = wallTime - now
    start = wallTime
    attributes = [
      "captionmesh.bytes": .integer(job.byteCount),
      "captionmesh.request_id": .string(job.shownID), "captionmesh.name": .string(job.shownName),
    ]
    present = Self.wait(for: job.pipeline.stages[0].rawValue, in: context, from: wallTime)
  }

  /// A worker gets the request's task.
  ///
  /// - Returns: where the worker is in the trace.
  mutating func assigned(
    _ attempt: Int, at stage: String, _ attributes: [String: Span.Value], at now: Duration
  ) -> TraceContext {
    let now = epoch + now
    end(at: now)
    var random = SystemRandomNumberGenerator()
    var attributes = attributes
    attributes["captionmesh.stage"] = .string(stage)
    attributes["captionmesh.attempt"] = .integer(attempt)
    let names = ["captionmesh.stage", "captionmesh.attempt", "captionmesh.worker"]
    note("attempt", attributes.filter { names.contains($0.key) }, at: now)
    present = Span(
      stage, .client, context.child(using: &random), parent: context.span, from: now, to: now,
      attributes: attributes)
    return present.context
  }

  /// A worker's result is in; `next` is the stage that comes then.
  mutating func passed(_ passage: Passage, next: String?, at now: Duration) {
    let now = epoch + now
    present.attributes["captionmesh.compute_ms"] = .number(passage.elapsed / .milliseconds(1))
    end(at: now)
    if let next { present = Self.wait(for: next, in: context, from: now) }
  }

  /// The task is to be handed out again.
  mutating func requeued(_ failure: Failure, at now: Duration) {
    let now = epoch + now
    present.failure = failure.description.shown(1000)
    end(at: now)
    let stage = failure.stage ?? ""
    note(
      "requeued",
      [
        "captionmesh.stage": .string(stage),
        "captionmesh.reason": .string(failure.message.shown(1000)),
      ],
      at: now)
    present = Self.wait(for: stage, in: context, from: now)
  }

  /// All spans of the request, its own first.
  ///
  /// - Parameter isRemembered: whether the answer was made for an earlier request.
  func answered(
    _ answer: Answer<StagePayload>, isRemembered: Bool, at now: Duration
  ) -> [Span] {
    let now = epoch + now
    var spans = past
    var request = Span(
      name, .server, context, parent: parent, from: start, to: now, attributes: attributes,
      events: events)
    request.attributes["captionmesh.attempts"] = .integer(answer.attempts)
    if isRemembered { request.attributes["captionmesh.from_memory"] = .boolean(true) }
    var outcome = "OK"
    if case .failure(let failure) = answer.result {
      outcome = failure.code.rawValue
      request.failure = failure.description.shown(1000)
      if answer.attempts > 0, !isRemembered {
        var last = present
        last.end = max(last.start, now)
        last.failure = failure.description.shown(1000)
        spans.append(last)
      }
    }
    request.attributes["rpc.grpc.status_code_name"] = .string(outcome)
    return [request] + spans
  }

  private mutating func end(at now: Duration) {
    present.end = max(present.start, now)
    if past.count < Self.most { past.append(present) }
  }

  private mutating func note(
    _ name: String, _ attributes: [String: Span.Value], at now: Duration
  ) {
    if events.count < Self.most { events.append(Span.Event(name, at: now, attributes)) }
  }

  private static func wait(
    for stage: String, in context: TraceContext, from now: Duration
  ) -> Span {
    var random = SystemRandomNumberGenerator()
    return Span(
      "\(stage) queue", .internal, context.child(using: &random), parent: context.span, from: now,
      to: now, attributes: ["captionmesh.stage": .string(stage)])
  }
}
