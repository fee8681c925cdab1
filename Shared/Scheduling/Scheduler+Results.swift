extension Scheduler {
  /// Moves the request on to its next stage, or answers it after the last one.
  mutating func succeed(
    _ task: TaskID, _ result: TaskResult<Payload>, by id: WorkerID, at now: Duration
  ) {
    guard let request = settle(task, by: id, at: now) else { return }
    if requests[request]!.nextStage != nil {
      learn(result.byteCount, of: requests[request]!.stage)
    }
    var state = requests[request]!
    release(task, of: state)
    state.lease = nil
    state.computed[stages[state.stage].name] = result.elapsed
    perform(
      .passed(
        request, Passage(stage: stages[state.stage].name, worker: id, elapsed: result.elapsed)))
    guard let next = state.nextStage else {
      forget(request)
      answer(request, state, .success(result.payload), at: now)
      return
    }
    heldBytes -= state.byteCount
    reservedBytes -= state.reserved
    payloads[request] = result.payload
    state.byteCount = result.byteCount
    state.identity = workers[id]!.description.produces
    state.position += 1
    state.reserved = reservation(of: state.byteCount, state.ahead)
    heldBytes += state.byteCount
    reservedBytes += state.reserved
    state.attempts = 0
    state.isSuspect = false
    state.enqueued = now
    requests[request] = state
    stages[next].queue.append(request)
  }

  /// Ends the request, or hands its task out again where the worker only says that it could not.
  mutating func fail(_ task: TaskID, _ failure: Failure, by id: WorkerID, at now: Duration) {
    guard let request = settle(task, by: id, at: now) else { return }
    release(task, of: requests[request]!)
    requests[request]!.lease = nil
    let state = requests[request]!
    if failure.code == .unavailable, state.attempts < configuration.maximumAttempts {
      rejoin(request, failure, at: now)
      let stage = state.stage
      let place =
        state.isSuspect ? 0 : stages[stage].queue.firstIndex { !requests[$0]!.isSuspect }
      stages[stage].queue.insert(request, at: place ?? stages[stage].queue.endIndex)
      return
    }
    var failure = failure
    failure.stage = stages[state.stage].name
    giveUp(request, failure, at: now)
  }

  /// The request whose task this worker has just ended; nil when the worker does not hold it.
  private mutating func settle(_ task: TaskID, by id: WorkerID, at now: Duration) -> RequestID? {
    guard var worker = workers[id] else {
      counters.staleResults += 1
      return nil
    }
    let wasAbandoned = worker.abandoned.remove(task) != nil
    let isLate = worker.late.remove(task) != nil
    let holds = leases[task]?.worker == id
    if isLate { counters.lateResults += 1 }
    if wasAbandoned || isLate || holds {
      worker.done += 1
      worker.lastProgress = now
      worker.holdsSuspect = false
    } else {
      counters.staleResults += 1
    }
    worker.lastHeard = now
    workers[id] = worker
    resume(id, from: .silent)
    resume(id, from: .stalled)
    return holds ? leases[task]!.request : nil
  }
}
