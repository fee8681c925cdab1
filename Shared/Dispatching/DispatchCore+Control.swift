import GRPCCore
import MeshAPI
import Scheduling

extension DispatchCore {
  /// Somebody who waits until a worker has left, or everything (nil).
  struct DrainWaiter {
    let client: ClientID
    let worker: WorkerID?
    let done: AsyncStream<Void>.Continuation
  }

  /// Somebody who is told of a service's health whenever it changes.
  struct HealthWatcher {
    let service: String
    var last: HealthCheckResponse.Status
    let changes: AsyncStream<HealthCheckResponse.Status>.Continuation
  }

  /// The mesh as it is now.
  func status() -> StatusReply {
    let status = scheduler.status(at: time.now())
    let stages = status.stages.map { stage in
      StatusReply.Stage(
        name: stage.name, queued: stage.queued, inFlight: stage.inFlight,
        meanWaitMilliseconds: stage.meanWait.map { $0 / .milliseconds(1) },
        longestWaitMilliseconds: stage.longestWait.map { $0 / .milliseconds(1) },
        batches: stage.batches.named,
        workers: stage.workers.compactMap { worker in
          guard let registration = registrations[worker.id] else { return nil }
          let hello = registration.hello
          return StatusReply.Worker(
            id: worker.id.rawValue, pid: hello.pid, host: hello.host,
            state: worker.state.rawValue, build: hello.build, inFlight: worker.inFlight,
            done: worker.done, memoryBytes: registration.memoryBytes, identity: hello.identity)
        })
    }
    return StatusReply(
      ready: isReady, draining: status.isDraining, pid: configuration.pid,
      build: configuration.build, uptimeSeconds: time.now() / .seconds(1), stages: stages,
      requests: status.requests, bytes: status.bytes, reservedBytes: status.reservedBytes,
      memoryBytes: configuration.memoryBytes(),
      limits: [
        "requests": configuration.scheduler.maximumRequests,
        "bytes": configuration.scheduler.maximumBytes, "window": configuration.window,
      ], attempts: status.counters.attempts.named, counters: counters(status),
      metrics: metricsAddress)
  }

  private func counters(_ status: SchedulerStatus) -> [String: Int] {
    var counters = status.counters.named
    counters["answered_from_memory"] = answeredFromMemory
    counters["rejected", default: 0] += refusedOfClients
    return counters
  }

  var isReady: Bool { configuration.requiredStages.allSatisfy(scheduler.isServed) }

  /// Lets a worker go when it is done, or ends the mesh's work (nil); returns when that is so.
  ///
  /// - Throws: `RPCError` with code NOT_FOUND for a worker that is not there, and CANCELLED when
  ///   the task is cancelled before the work is done.
  func drain(worker: UInt64?) async throws(RPCError) {
    let id = worker.map { WorkerID(rawValue: $0) }
    if let id, registrations[id] == nil {
      throw RPCError(code: .notFound, message: "there is no worker \(id); `status` lists them")
    }
    try await wait(for: id, after: .drainRequested(id))
  }

  /// Lets no more requests in and returns when those that are in are answered. Workers stay.
  ///
  /// - Throws: `RPCError` with code CANCELLED when the task is cancelled before that.
  func finish() async throws(RPCError) {
    try await wait(for: nil, after: .admissionClosed)
  }

  private func wait(
    for worker: WorkerID?, after event: Scheduler<StagePayload>.Event
  ) async throws(RPCError) {
    let client = makeClient()
    let (isDone, done) = AsyncStream<Void>.makeStream()
    drains.append(DrainWaiter(client: client, worker: worker, done: done))
    handle(event)
    for await _ in isDone { return }
    drains.removeAll { $0.client == client }
    throw RPCError(code: .cancelled, message: "the call was over before the work was")
  }

  /// Answers the requests that are left, so that nobody waits for what will not come, and ends the
  /// streams of workers, who will come back to the next dispatcher, and of watchers.
  func hangUp() {
    let failure = Failure(.unavailable, "the dispatcher stopped before there was an answer")
    for id in waiters.keys.sorted() {
      give(Answer(failure: failure), to: id)
      handle(.requestCancelled(id))
    }
    for (id, registration) in registrations {
      registrations[id] = nil
      registration.outbox.finish(
        throwing: RPCError(code: .unavailable, message: "the dispatcher stops"))
      handle(.workerLost(id))
    }
    for watcher in watchers.values { watcher.changes.finish() }
    watchers = [:]
  }

  func notifyDrains() {
    for waiter in drains where isOver(waiter) { waiter.done.yield() }
    drains.removeAll { isOver($0) }
  }

  private func isOver(_ waiter: DrainWaiter) -> Bool {
    if let worker = waiter.worker { registrations[worker] == nil } else { scheduler.isDrained }
  }

  /// The health of a service by its full name, of a stage by its name, the mesh's for an empty one;
  /// nil for what is not there.
  func health(of service: String) -> HealthCheckResponse.Status? {
    switch service {
    case "": isReady ? .serving : .notServing
    case Captioner.name: scheduler.isReady(Pipeline.caption.rawValue) ? .serving : .notServing
    case FeatureExtractor.name:
      scheduler.isReady(Pipeline.encode.rawValue) ? .serving : .notServing
    case Scorer.name: scheduler.isReady(Pipeline.score.rawValue) ? .serving : .notServing
    case Dispatcher.name, Control.name, Health.name: .serving
    case let stage where MeshAPI.Stage(rawValue: stage) != nil:
      scheduler.isServed(stage) ? .serving : .notServing
    default: nil
    }
  }

  /// The health now, and again whenever it changes, until ``unwatch(_:)``.
  func watch(_ service: String, as client: ClientID) -> AsyncStream<HealthCheckResponse.Status> {
    let (changes, continuation) = AsyncStream<HealthCheckResponse.Status>.makeStream(
      bufferingPolicy: .bufferingNewest(1))
    let now = health(of: service) ?? .serviceUnknown
    continuation.yield(now)
    watchers[client] = HealthWatcher(service: service, last: now, changes: continuation)
    return changes
  }

  func unwatch(_ client: ClientID) { watchers[client] = nil }

  func notifyWatchers() {
    for (client, watcher) in watchers {
      let now = health(of: watcher.service) ?? .serviceUnknown
      if now != watcher.last {
        watchers[client]!.last = now
        watcher.changes.yield(now)
      }
    }
  }
}

extension SchedulerCounters {
  fileprivate var named: [String: Int] {
    [
      "admitted": admitted, "rejected": rejected, "completed": completed, "failed": failed,
      "cancelled": cancelled, "expired": expired, "retried": retried,
      "stale_results": staleResults, "late_results": lateResults, "lost_workers": lostWorkers,
      "suspended_workers": suspendedWorkers,
      "refused_workers": refusedWorkers,
    ]
  }
}

extension [Int: Int] {
  /// The same with keys that JSON can have.
  fileprivate var named: [String: Int] {
    [String: Int](uniqueKeysWithValues: map { ("\($0)", $1) })
  }
}
