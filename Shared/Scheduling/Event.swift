/// Something that happened, for the scheduler to decide on.
public enum Event<Payload: Sendable>: Sendable {
  case requestArrived(RequestID, Submission<Payload>)
  /// The client went away or no longer wants the answer.
  case requestCancelled(RequestID)
  case workerRegistered(WorkerID, WorkerDescription)
  /// The worker has room for so many tasks more.
  case creditGranted(WorkerID, Int)
  case taskSucceeded(WorkerID, TaskID, TaskResult<Payload>)
  /// Every task that a worker got ends in a result or in this, cancelled ones too.
  case taskFailed(WorkerID, TaskID, Failure)
  /// The worker lives; `progress` counts what it has finished since it started.
  case heartbeat(WorkerID, progress: Int)
  /// The worker asks to leave once it is done with what it holds.
  case workerDraining(WorkerID)
  case workerLost(WorkerID)
  /// No more requests are let in.
  case admissionClosed
  /// An operator wants this worker to leave when it is done; nil: no more requests are let in, and
  /// all workers leave when the last one is answered.
  case drainRequested(WorkerID?)
  case timeAdvanced
}

/// What a worker made of a task.
public struct TaskResult<Payload: Sendable>: Sendable {
  public var payload: Payload
  public var byteCount: Int
  /// The time that the worker computed.
  public var elapsed: Duration

  public init(payload: Payload, byteCount: Int, elapsed: Duration) {
    self.payload = payload
    self.byteCount = byteCount
    self.elapsed = elapsed
  }
}
