/// What has happened since the scheduler was made.
public struct SchedulerCounters: Hashable, Sendable {
  public var admitted = 0
  /// Of what clients sent.
  public var admittedBytes = 0
  /// Refused because too much was held already.
  public var rejected = 0
  public var completed = 0
  /// Ended with a failure, those cancelled and expired among them.
  public var failed = 0
  public var cancelled = 0
  public var expired = 0
  /// Tasks handed out again.
  public var retried = 0
  /// Results for tasks that the worker did not hold, dropped.
  public var staleResults = 0
  /// Results of tasks that had been given to others, dropped.
  public var lateResults = 0
  public var lostWorkers = 0
  /// How often a connected worker was silent or made no progress.
  public var suspendedWorkers = 0
  public var refusedWorkers = 0
  /// How many requests were answered after so many attempts.
  public var attempts: [Int: Int] = [:]
}

/// The scheduler at one moment, for people and their tools.
public struct SchedulerStatus: Sendable {
  public struct Stage: Sendable {
    public var name: String
    public var queued: Int
    public var inFlight: Int
    /// The mean time that requests waited in the queue of late; nil before the first.
    public var meanWait: Duration?
    /// How long the first in the queue has waited; nil when nobody waits.
    public var longestWait: Duration?
    /// How many batches were handed out, by their sizes.
    public var batches: [Int: Int]
    public var workers: [Worker]
  }

  public struct Worker: Sendable {
    public enum State: String, Sendable {
      case idle, busy, draining
      /// Nothing was heard of it for too long.
      case silent
      /// It lives and makes no progress.
      case stalled
    }

    public var id: WorkerID
    public var state: State
    public var inFlight: Int
    public var credit: Int
    public var done: Int
  }

  public var stages: [Stage]
  public var requests: Int
  public var bytes: Int
  /// What the bytes grow to before they leave, as far as is known.
  public var reservedBytes: Int
  public var isDraining: Bool
  public var counters: SchedulerCounters
}

extension Scheduler {
  /// What is waiting and who is working, stage by stage.
  public func status(at now: Duration) -> SchedulerStatus {
    let stages = stages.map { stage in
      let workers = stage.workers.sorted().map { id in
        let worker = self.workers[id]!
        return SchedulerStatus.Worker(
          id: id, state: worker.state,
          inFlight: worker.leases.count, credit: worker.credit, done: worker.done)
      }
      return SchedulerStatus.Stage(
        name: stage.name, queued: stage.queue.count,
        inFlight: workers.reduce(0) { $0 + $1.inFlight }, meanWait: stage.meanWait,
        longestWait: stage.queue.first.map { now - requests[$0]!.enqueued },
        batches: stage.batches, workers: workers)
    }
    return SchedulerStatus(
      stages: stages, requests: requests.count, bytes: heldBytes,
      reservedBytes: reservedBytes, isDraining: isClosed, counters: counters)
  }
}

extension WorkerState {
  fileprivate var state: SchedulerStatus.Worker.State {
    switch lapse {
    case .silent: .silent
    case .stalled: .stalled
    case nil: isDraining ? .draining : isIdle ? .idle : .busy
    }
  }
}
