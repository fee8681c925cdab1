extension Scheduler {
  /// Lets a request in, or answers it at once.
  mutating func admit(_ id: RequestID, _ submission: Submission<Payload>, at now: Duration) {
    if let failure = refusal(of: submission, at: now) {
      if failure.code == .resourceExhausted { counters.rejected += 1 }
      perform(.answer(id, Answer(failure: failure)))
      return
    }
    let latest = now + configuration.requestTimeout
    let deadline = min(submission.deadline ?? latest, latest)
    let pipeline = stages(of: submission.pipeline)!
    let request = RequestState(
      pipeline: pipeline, byteCount: submission.byteCount,
      reserved: reservation(of: submission.byteCount, pipeline[...]), arrived: now,
      deadline: deadline, enqueued: now)
    earliestDeadline = min(earliestDeadline, deadline)
    heldBytes += request.byteCount
    reservedBytes += request.reserved
    requests[id] = request
    payloads[id] = submission.payload
    stages[request.stage].queue.append(id)
    counters.admitted += 1
    counters.admittedBytes += submission.byteCount
  }

  private func refusal(of submission: Submission<Payload>, at now: Duration) -> Failure? {
    if isClosed {
      return Failure(.unavailable, "the dispatcher is draining and takes no more requests")
    }
    if stages(of: submission.pipeline) == nil {
      return Failure(.unimplemented, "there is no pipeline \(submission.pipeline) here")
    }
    if let deadline = submission.deadline, deadline <= now {
      return Failure(.deadlineExceeded, "the deadline had passed before admission")
    }
    if submission.byteCount > configuration.maximumBytes {
      return Failure(
        .resourceExhausted,
        "\(submission.byteCount) bytes are more than the dispatcher ever holds "
          + "(\(configuration.maximumBytes))")
    }
    if requests.count >= configuration.maximumRequests {
      return Failure(
        .resourceExhausted,
        "the dispatcher holds \(requests.count) requests, as many as it may; try again later",
        retryAfter: retryAfter)
    }
    let pipeline = stages(of: submission.pipeline)!
    let reservation = reservation(of: submission.byteCount, pipeline[...])
    if reservedBytes + reservation > configuration.maximumBytes, !requests.isEmpty {
      return Failure(
        .resourceExhausted,
        "the requests in hand take \(reservedBytes) bytes of \(configuration.maximumBytes); "
          + "try again later", retryAfter: retryAfter)
    }
    return nil
  }

  /// The bytes that a request takes when it is at its largest, as far as is known: a photograph's
  /// tensor is many times the size of its file.
  ///
  /// - Parameter ahead: the stages that it still has to pass.
  func reservation(of byteCount: Int, _ ahead: ArraySlice<Int>) -> Int {
    // The last stage's output leaves at once.
    ahead.dropLast().reduce(byteCount) { max($0, stages[$1].largestResult) }
  }

  /// Takes note of how large a stage's output can be, and reserves as much for those before it.
  mutating func learn(_ byteCount: Int, of stage: Int) {
    guard byteCount > stages[stage].largestResult else { return }
    stages[stage].largestResult = byteCount
    for (id, request) in requests {
      let reserved = reservation(of: request.byteCount, request.ahead)
      reservedBytes += reserved - request.reserved
      requests[id]!.reserved = reserved
    }
  }

  /// Half of what a request takes: by then half of those that are in now will have left.
  package var retryAfter: Duration {
    min(max((meanResidence ?? .seconds(1)) / 2, .milliseconds(50)), .seconds(10))
  }

  mutating func cancel(_ id: RequestID, at now: Duration) {
    guard let request = requests[id] else { return }
    counters.cancelled += 1
    let stage = stages[request.stage].name
    end(id, .failure(Failure(.cancelled, "\(stage): the client went away", stage: stage)), at: now)
  }

  /// Gives the request its answer and forgets it, wherever it is.
  mutating func end(_ id: RequestID, _ result: Result<Payload, Failure>, at now: Duration) {
    guard let request = forget(id) else { return }
    if let task = request.lease {
      let lease = release(task, of: request)
      workers[lease.worker]!.abandoned.insert(task)
      perform(.cancel(lease.worker, task))
    } else {
      stages[request.stage].queue.removeAll { $0 == id }
    }
    answer(id, request, result, at: now)
  }

  @discardableResult
  mutating func forget(_ id: RequestID) -> RequestState? {
    guard let request = requests.removeValue(forKey: id) else { return nil }
    payloads[id] = nil
    heldBytes -= request.byteCount
    reservedBytes -= request.reserved
    return request
  }

  /// The last step of a request that is in no queue and under no lease any more.
  mutating func answer(
    _ id: RequestID, _ request: RequestState, _ result: Result<Payload, Failure>, at now: Duration
  ) {
    let residence = now - request.arrived
    if case .success = result {
      meanResidence = residence.averaged(into: meanResidence)
      counters.completed += 1
    } else {
      counters.failed += 1
    }
    let attempts = 1 + request.retries
    counters.attempts[attempts, default: 0] += 1
    let answer = Answer(
      result, attempts: attempts, queued: request.queued, computed: request.computed)
    perform(.answer(id, answer))
  }

  /// Takes the lease back from its worker, who no longer owes it.
  @discardableResult
  mutating func release(_ task: TaskID, of request: RequestState) -> Lease {
    let lease = leases.removeValue(forKey: task)!
    workers[lease.worker]?.leases.remove(task)
    if let next = request.nextStage { stages[next].incoming -= 1 }
    return lease
  }
}

extension Duration {
  /// The mean of what came of late, this included: what came before counts less with each.
  func averaged(into mean: Duration?) -> Duration {
    mean.map { $0 + (self - $0) / 8 } ?? self
  }
}
