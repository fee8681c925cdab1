import FoundationEssentials
import GRPCCore
import Logging
import MeshAPI
import Scheduling
import Traces

extension DispatchCore {
  /// Where a call's client is in its trace; nil when it does not say, or says it wrong or twice.
  nonisolated static func parent(of metadata: Metadata) -> TraceContext? {
    var values = metadata[stringValues: "traceparent"].makeIterator()
    guard let value = values.next(), values.next() == nil else { return nil }
    return TraceContext(traceparent: value)
  }

  /// A worker gets a request's task: where it is in the request's trace.
  func trace(
    _ item: Batch<StagePayload>.Item, of batch: Batch<StagePayload>, to id: WorkerID
  ) -> TraceContext? {
    let now = time.now()
    var attributes: [String: Span.Value] = [
      "captionmesh.worker": .integer(Int(clamping: id.rawValue)),
      "captionmesh.batch": .integer(Int(clamping: batch.id.rawValue)),
      "captionmesh.batch_size": .integer(batch.items.count),
    ]
    if let hello = registrations[id]?.hello {
      attributes["captionmesh.worker.pid"] = .integer(hello.pid)
      attributes["captionmesh.worker.host"] = .string(hello.host.shown(256))
    }
    return waiters[item.request]?.trace.assigned(
      item.attempt, at: batch.stage, attributes, at: now)
  }

  func tracePassage(_ id: RequestID, _ passage: Passage) {
    guard let waiter = waiters[id] else { return }
    let stages = waiter.pipeline.stages.map(\.rawValue)
    let next = stages.drop { $0 != passage.stage }.dropFirst().first
    waiters[id]!.trace.passed(passage, next: next, at: time.now())
  }

  func traceRequeue(_ id: RequestID, _ failure: Failure) {
    waiters[id]?.trace.requeued(failure, at: time.now())
  }

  /// The request's way is over: its spans go out, and a line into the log.
  func report(
    _ answer: Answer<StagePayload>, to waiter: Waiter, isRemembered: Bool = false
  ) {
    let context = waiter.trace.context
    if let spans, context.isSampled {
      spans.export(waiter.trace.answered(answer, isRemembered: isRemembered, at: time.now()))
    }
    var level = Logger.Level.debug
    var message: Logger.Message = isRemembered ? "answered from memory" : "answered"
    if case .failure(let failure) = answer.result {
      if [.internal, .unknown, .dataLoss].contains(failure.code) { level = .warning }
      message = "\(failure.description.shown(1000))"
    }
    logger.log(
      level: level, message,
      metadata: [
        "trace_id": "\(context.trace)", "request_id": "\(waiter.shownID)",
        "pipeline": "\(waiter.pipeline.rawValue)", "attempts": "\(answer.attempts)",
      ])
  }
}

extension Duration {
  /// The system's clock, since 1970.
  static var sinceEpoch: Duration { .seconds(Date.now.timeIntervalSince1970) }
}

extension Job {
  /// The client's name for the request, short enough to be shown.
  var shownID: String { id.shown(128) }

  /// The photograph's name, short enough to be shown.
  var shownName: String { String(name.unicodeScalars.suffix(256)) }
}

extension String {
  /// Its first Unicode scalars: strangers choose how long these texts are.
  func shown(_ limit: Int) -> String { String(unicodeScalars.prefix(limit)) }
}
