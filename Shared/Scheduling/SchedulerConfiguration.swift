/// What the scheduler is told about the mesh, and the bounds that it keeps.
public struct SchedulerConfiguration: Sendable {
  /// One step of the work and the queue before it.
  public struct Stage: Sendable {
    public var name: String
    /// The places in the queue before this stage. The first stage of a pipeline has no use for it:
    /// admission bounds its queue.
    public var queueLimit: Int
    /// How long a task may wait for others to share a batch with when every worker is busy.
    public var batchDelay: Duration

    public init(_ name: String, queueLimit: Int = 64, batchDelay: Duration = .milliseconds(5)) {
      self.name = name
      self.queueLimit = queueLimit
      self.batchDelay = batchDelay
    }
  }

  public var stages: [Stage]
  /// The stages that a request passes through, by the pipeline's name.
  public var pipelines: [String: [String]]
  /// The most requests held at a time.
  public var maximumRequests = 256
  /// The most payload bytes that those in hand come to, each when it is at its largest.
  public var maximumBytes = 256 << 20
  /// The longest that any request may take, and the deadline of one that comes without.
  public var requestTimeout: Duration = .seconds(60)
  /// A worker that was not heard of for longer is lost: three heartbeats of half a second.
  public var heartbeatTimeout: Duration = .milliseconds(1500)
  /// A worker that holds tasks and made no progress for longer is lost, heartbeats or not.
  public var stallTimeout: Duration = .seconds(30)
  /// How often a task is handed out before its request fails.
  public var maximumAttempts = 3

  /// Traps where a pipeline names a stage that is not there.
  public init(stages: [Stage], pipelines: [String: [String]]) {
    let names = Set(stages.map(\.name))
    precondition(names.count == stages.count, "two stages have the same name")
    precondition(
      pipelines.values.allSatisfy { !$0.isEmpty && names.isSuperset(of: $0) },
      "a pipeline has no stage, or one that is not configured")
    self.stages = stages
    self.pipelines = pipelines
  }
}
