extension Scheduler {
  /// When the owner has to say that time has advanced, if nothing else happens before; nil: never.
  public func nextWakeup(after now: Duration) -> Duration? {
    var next = min(earliestDeadline, earliestLapse)
    for stage in stages {
      guard let head = stage.queue.first else { continue }
      // Once the delay is over, only an event can change what the head waits for.
      let batchEnd = requests[head]!.enqueued + stage.configuration.batchDelay
      if batchEnd > now { next = min(next, batchEnd) }
    }
    return next == .maximum ? nil : next
  }

  /// Ends what has run out of time and gives up the workers that went silent.
  mutating func advance(to now: Duration) {
    if now >= earliestLapse { suspendWorkers(at: now) }
    guard now >= earliestDeadline else { return }
    for id in requests.filter({ $0.value.deadline <= now }).keys.sorted() { expire(id, at: now) }
    earliestDeadline = requests.values.map(\.deadline).min() ?? .maximum
  }

  private mutating func suspendWorkers(at now: Duration) {
    for id in workers.keys.sorted() {
      let worker = workers[id]!
      if worker.lapse != nil { continue }
      if now - worker.lastHeard >= configuration.heartbeatTimeout {
        suspend(
          id, .silent, "nothing was heard of it for \(configuration.heartbeatTimeout)", at: now)
      } else if !worker.isIdle, now - worker.lastProgress >= configuration.stallTimeout {
        suspend(id, .stalled, "it made no progress for \(configuration.stallTimeout)", at: now)
      }
    }
    earliestLapse = .maximum
    for worker in workers.values where worker.lapse == nil { expectLapse(of: worker) }
  }

  /// Sees to it that the worker is looked at when it has been silent or stalled for too long.
  mutating func expectLapse(of worker: WorkerState) {
    earliestLapse = min(earliestLapse, worker.lastHeard + configuration.heartbeatTimeout)
    if !worker.isIdle {
      earliestLapse = min(earliestLapse, worker.lastProgress + configuration.stallTimeout)
    }
  }

  /// Ends requests at the head of the queue for which it is too late.
  mutating func dropExpiredHead(of stage: Int, at now: Duration) {
    while let head = stages[stage].queue.first, requests[head]!.deadline <= now {
      expire(head, at: now)
    }
  }

  private mutating func expire(_ id: RequestID, at now: Duration) {
    guard let request = requests[id] else { return }
    counters.expired += 1
    let stage = stages[request.stage]
    let place =
      if request.lease != nil {
        "while a worker had it"
      } else if stage.workers.isEmpty {
        "in the queue: no \(stage.name) worker is connected"
      } else {
        "in the queue"
      }
    let failure = Failure(
      .deadlineExceeded, "\(stage.name): the deadline passed \(place)", stage: stage.name)
    end(id, .failure(failure), at: now)
  }
}
