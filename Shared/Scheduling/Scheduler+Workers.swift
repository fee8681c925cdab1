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
    let worker = WorkerState(
      description: description, stage: stage, lastHeard: now, lastProgress: now)
    workers[id] = worker
    expectLapse(of: worker)
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
    resume(id, from: .silent)
  }

  mutating func hear(of id: WorkerID, progress: Int, at now: Duration) {
    guard var worker = workers[id] else { return }
    worker.lastHeard = now
    let getsOn = progress > worker.progress
    if getsOn {
      worker.progress = progress
      worker.lastProgress = now
    }
    workers[id] = worker
    resume(id, from: .silent)
    if getsOn { resume(id, from: .stalled) }
  }

  /// Gives the work of a worker to others while it is still connected. What it makes of its tasks
  /// all the same comes too late.
  mutating func suspend(_ id: WorkerID, _ lapse: Lapse, _ reason: String, at now: Duration) {
    let tasks = workers[id]!.leases
    workers[id]!.lapse = lapse
    workers[id]!.late.formUnion(tasks)
    counters.suspendedWorkers += 1
    let stage = stages[workers[id]!.stage].name
    perform(.suspended(id, Failure(.unavailable, reason, stage: stage)))
    takeBack(tasks, of: workers[id]!.stage, because: reason, at: now)
    for task in tasks.sorted() { perform(.cancel(id, task)) }
  }

  /// Lets a worker that had a lapse of this kind have work again.
  mutating func resume(_ id: WorkerID, from lapse: Lapse) {
    guard let worker = workers[id], worker.lapse == lapse else { return }
    workers[id]!.lapse = nil
    // A new limit begins: it may have been stopped in the middle of what it still has to end.
    workers[id]!.lastProgress = worker.lastHeard
    expectLapse(of: workers[id]!)
    perform(.resumed(id))
  }

  mutating func drain(_ id: WorkerID?) {
    guard let id else {
      isClosed = true
      isDismissing = true
      return
    }
    guard let worker = workers[id], !worker.isDraining else { return }
    markLeaving(id)
    perform(.drain(id))
  }

  /// The worker gets nothing more.
  mutating func markLeaving(_ id: WorkerID) {
    guard workers[id] != nil else { return }
    workers[id]!.isDraining = true
    leaving.insert(id)
  }

  /// Lets those go who were to leave and hold nothing any more; with the last request of a mesh
  /// that drains, everybody.
  mutating func releaseDrainedWorkers() {
    if isDismissing, isDrained {
      for id in workers.keys.sorted() { drain(id) }
    }
    if leaving.isEmpty { return }
    for id in leaving.filter({ workers[$0]!.isIdle }).sorted() {
      remove(id)
      perform(.close(id, nil))
    }
  }

  mutating func remove(_ id: WorkerID) {
    guard let worker = workers.removeValue(forKey: id) else { return }
    stages[worker.stage].workers.remove(id)
    leaving.remove(id)
  }

  /// Forgets the worker and puts what it held back to the front of the queue, first come first.
  mutating func lose(_ id: WorkerID, at now: Duration) {
    guard let worker = workers[id] else { return }
    remove(id)
    counters.lostWorkers += 1
    takeBack(worker.leases, of: worker.stage, because: "the worker was lost", at: now)
  }

  /// Puts the requests of leases that are given up back to the front of the queue, first come
  /// first.
  private mutating func takeBack(
    _ tasks: Set<TaskID>, of stage: Int, because reason: String, at now: Duration
  ) {
    let name = stages[stage].name
    var back: [RequestID] = []
    for task in tasks.sorted() {
      let request = leases[task]!.request
      release(task, of: requests[request]!)
      requests[request]!.lease = nil
      requests[request]!.isSuspect = true
      if requests[request]!.attempts < configuration.maximumAttempts {
        back.append(request)
      } else {
        let failure = Failure(
          .internal,
          "\(name): \(configuration.maximumAttempts) workers were lost while they held this item",
          stage: name)
        giveUp(request, failure, at: now)
      }
    }
    for request in back {
      rejoin(request, Failure(.unavailable, reason), at: now)
    }
    stages[stage].queue.insert(contentsOf: back, at: 0)
  }

  /// Ends a request whose lease has been released.
  mutating func giveUp(_ id: RequestID, _ failure: Failure, at now: Duration) {
    let request = forget(id)!
    answer(id, request, .failure(failure), at: now)
  }

  /// Notes that a task will be handed out again.
  mutating func rejoin(_ id: RequestID, _ failure: Failure, at now: Duration) {
    requests[id]!.retries += 1
    requests[id]!.enqueued = now
    counters.retried += 1
    var failure = failure
    failure.stage = stages[requests[id]!.stage].name
    perform(.requeued(id, failure))
  }
}
