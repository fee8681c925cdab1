extension Scheduler {
  /// Hands out what can be handed out, last stages first, since what they take makes room.
  mutating func feedWorkers(at now: Duration) {
    for stage in stages.indices.reversed() {
      while assignOneBatch(of: stage, at: now) {}
    }
  }

  /// Assigns the next batch of a stage; false when there is nothing to hand out now.
  private mutating func assignOneBatch(of stage: Int, at now: Duration) -> Bool {
    dropExpiredHead(of: stage, at: now)
    guard let head = stages[stage].queue.first, room(after: head) > 0 else { return false }
    let free = freeWorkers(of: stage)
    if requests[head]!.isSuspect {
      guard let worker = free.firstIdle else { return false }
      assign(1, of: stage, to: worker, at: now)
      workers[worker]!.holdsSuspect = true
      return true
    }
    let waiting = min(stages[stage].queue.count, room(after: head))
    guard let worker = free.leastUsed else { return false }
    if free.idle > 0 {
      // Shared out evenly: two idle workers do four items sooner than one does.
      assign((waiting + free.idle - 1) / free.idle, of: stage, to: worker, at: now)
      return true
    }
    let size = min(waiting, workers[worker]!.description.maximumBatch)
    let isFull = size == workers[worker]!.description.maximumBatch
    let waited = now - requests[head]!.enqueued >= stages[stage].configuration.batchDelay
    guard workers[worker]!.credit >= size, isFull || waited else { return false }
    assign(size, of: stage, to: worker, at: now)
    return true
  }

  /// Those of a stage's workers that may receive something.
  private struct FreeWorkers {
    /// How many of them hold nothing.
    var idle = 0
    /// The oldest of those.
    var firstIdle: WorkerID?
    /// The one with the least in hand, then the one that did the least, then the oldest.
    var leastUsed: WorkerID?
  }

  private func freeWorkers(of stage: Int) -> FreeWorkers {
    var free = FreeWorkers()
    var least = (held: Int.max, done: Int.max, id: WorkerID(rawValue: .max))
    for id in stages[stage].workers {
      guard let rank = workers[id]!.rank else { continue }
      if rank.isIdle {
        free.idle += 1
        free.firstIdle = min(free.firstIdle ?? id, id)
      }
      // One that is not idle may hold no lease and still have cancelled tasks to end.
      let place = (held: rank.isIdle ? -1 : rank.held, done: rank.done, id: id)
      if place < least {
        least = place
        free.leastUsed = id
      }
    }
    return free
  }

  /// The places in the queue that the request goes to next.
  private func room(after id: RequestID) -> Int {
    guard let next = requests[id]!.nextStage else { return .max }
    return stages[next].room
  }

  /// Moves up to `count` requests from the queue to the worker, as its bounds and the next
  /// queue's allow.
  private mutating func assign(
    _ count: Int, of stage: Int, to id: WorkerID, at now: Duration
  ) {
    var worker = workers[id]!
    let most = min(count, worker.credit, worker.description.maximumBatch)
    var items: [Batch<Payload>.Item] = []
    while items.count < most {
      dropExpiredHead(of: stage, at: now)
      guard let head = stages[stage].queue.first, room(after: head) > 0 else { break }
      let task = makeTaskID()
      stages[stage].queue.removeFirst()
      requests[head]!.lease = task
      requests[head]!.attempts += 1
      let waited = now - requests[head]!.enqueued
      requests[head]!.queued += waited
      stages[stage].meanWait = waited.averaged(into: stages[stage].meanWait)
      if let next = requests[head]!.nextStage { stages[next].incoming += 1 }
      leases[task] = Lease(request: head, worker: id)
      worker.leases.insert(task)
      worker.credit -= 1
      let request = requests[head]!
      items.append(
        Batch.Item(
          task: task, request: head, payload: payloads[head]!, deadline: request.deadline,
          attempt: request.attempts, waited: waited))
    }
    guard !items.isEmpty else { return }
    stages[stage].batches[items.count, default: 0] += 1
    // Progress is owed from now on, not from when the worker last had something to do.
    if worker.leases.count == items.count { worker.lastProgress = now }
    workers[id] = worker
    expectLapse(of: worker)
    let batch = Batch(id: makeBatchID(), stage: stages[stage].name, items: items)
    perform(.assign(id, batch))
  }
}

extension WorkerState {
  /// What it holds and what it has done; nil when nothing may be given to it at all.
  fileprivate var rank: (isIdle: Bool, held: Int, done: Int)? {
    guard credit > 0, !isDraining, !holdsSuspect, lapse == nil else { return nil }
    return (isIdle, leases.count, done)
  }
}
