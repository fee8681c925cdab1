import MeshAPI
public import Scheduling

/// What the dispatcher is told about the mesh.
public struct DispatcherConfiguration: Sendable {
  /// The queues and bounds.
  public var scheduler: SchedulerConfiguration
  /// The stages without which the mesh is not ready, by name.
  public var requiredStages: Set<String>
  /// The most requests of one client's stream that are in the mesh or wait to be read by it.
  public var window = 64
  /// The most requests that one client has in hand, on all its streams and, by its key, connections.
  public var requestsPerClient = 128
  /// What is remembered of answers.
  public var memory = AnswerMemoryLimits()
  /// How often workers are to be heard of.
  public var heartbeat: Duration = .milliseconds(500)
  /// What the program calls itself in `status`.
  public var build: String
  public var pid: Int
  /// This process's resident memory now.
  public var memoryBytes: @Sendable () -> Int

  public init(
    scheduler: SchedulerConfiguration, requiredStages: Set<String>, build: String, pid: Int,
    memoryBytes: @escaping @Sendable () -> Int = { 0 }
  ) {
    self.memoryBytes = memoryBytes
    self.scheduler = scheduler
    self.requiredStages = requiredStages
    self.build = build
    self.pid = pid
  }
}

extension SchedulerConfiguration {
  /// All stages and pipelines of the mesh, with the same bounds for each stage.
  public static var mesh: SchedulerConfiguration {
    SchedulerConfiguration(
      stages: MeshAPI.Stage.allCases.map { Stage($0.rawValue) },
      pipelines: Dictionary(
        uniqueKeysWithValues: Pipeline.allCases.map { ($0.rawValue, $0.stages.map(\.rawValue)) }))
  }
}
