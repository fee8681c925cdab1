extension Scheduler {
  /// Lets a worker in, unless its description makes no sense or it was made for other inputs or
  /// outputs than those around it.
  mutating func register(_ id: WorkerID, _ description: WorkerDescription, at now: Duration) {
    if workers[id] != nil {
      lose(id, at: now)
      perform(.close(id, Failure(.invalidArgument, "the worker registered twice")))
      return
    }
    if let failure = refusal(of: description) {
      counters.refusedWorkers += 1
      perform(.close(id, failure))
      return
    }
    let stage = stages.firstIndex { $0.name == description.stage }!
    stages[stage].workers.insert(id)
    workers[id] = WorkerState(
      description: description, stage: stage, lastHeard: now, lastProgress: now)
    perform(.welcome(id))
  }

  private func refusal(of description: WorkerDescription) -> Failure? {
    guard let stage = stages.firstIndex(where: { $0.name == description.stage }) else {
      let known = stages.map(\.name).joined(separator: ", ")
      return Failure(
        .invalidArgument, "there is no stage \(description.stage) here, only \(known)")
    }
    guard description.capacity > 0, description.maximumBatch > 0 else {
      return Failure(
        .invalidArgument,
        "a capacity of \(description.capacity) and batches of \(description.maximumBatch) leave "
          + "nothing to do", stage: description.stage)
    }
    return mismatch(of: description, at: stage)
  }

  mutating func grant(_ count: Int, to id: WorkerID, at now: Duration) {
    guard var worker = workers[id], count > 0 else { return }
    worker.credit = min(worker.credit + min(count, Int(Int32.max)), worker.description.capacity)
    worker.lastHeard = now
    workers[id] = worker
  }

  mutating func hear(of id: WorkerID, progress: Int, at now: Duration) {
    workers[id]?.lastHeard = now
    if let known = workers[id]?.progress, progress > known {
      workers[id]?.progress = progress
      workers[id]?.lastProgress = now
    }
  }

  mutating func drain(_ id: WorkerID?) {
    guard let id else {
      isClosed = true
      isDismissing = true
      return
    }
    guard let worker = workers[id], !worker.isDraining else { return }
    workers[id]!.isDraining = true
    perform(.drain(id))
  }

  /// Lets those go who were to leave and hold nothing any more; with the last request of a mesh
  /// that drains, everybody.
  mutating func releaseDrainedWorkers() {
    if isDismissing, isDrained {
      for id in workers.keys.sorted() { drain(id) }
    }
    let free = workers.filter { $0.value.isDraining && $0.value.isIdle }
    for id in free.keys.sorted() {
      remove(id)
      perform(.close(id, nil))
    }
  }

  mutating func remove(_ id: WorkerID) {
    guard let worker = workers.removeValue(forKey: id) else { return }
    stages[worker.stage].workers.remove(id)
  }

  /// Forgets the worker and puts what it held back to the front of the queue, first come first.
  mutating func lose(_ id: WorkerID, at now: Duration) {
    guard let worker = workers[id] else { return }
    remove(id)
    counters.lostWorkers += 1
    let stage = stages[worker.stage].name
    var back: [RequestID] = []
    for task in worker.leases.sorted() {
      let request = leases[task]!.request
      release(task, of: requests[request]!)
      requests[request]!.lease = nil
      requests[request]!.isSuspect = true
      if requests[request]!.attempts < configuration.maximumAttempts {
        back.append(request)
      } else {
        let failure = Failure(
          .internal,
          "\(stage): \(configuration.maximumAttempts) workers were lost while they held this item",
          stage: stage)
        giveUp(request, failure, at: now)
      }
    }
    for request in back { rejoin(request, at: now) }
    stages[worker.stage].queue.insert(contentsOf: back, at: 0)
  }

  /// Ends a request whose lease has been released.
  mutating func giveUp(_ id: RequestID, _ failure: Failure, at now: Duration) {
    let request = requests.removeValue(forKey: id)!
    forgetBytes(of: request)
    answer(id, request, .failure(failure), at: now)
  }

  /// Notes that a task will be handed out again.
  mutating func rejoin(_ id: RequestID, at now: Duration) {
    requests[id]!.retries += 1
    requests[id]!.enqueued = now
    counters.retried += 1
  }
}
