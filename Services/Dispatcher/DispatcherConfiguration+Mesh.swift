import Dispatching
import MeshAPI
import Scheduling
import ServiceKit

extension DispatcherConfiguration {
  /// What the mesh's configuration says to the dispatcher.
  init(_ settings: MeshConfiguration) {
    var scheduler = SchedulerConfiguration.mesh
    for index in scheduler.stages.indices {
      guard let stage = Stage(rawValue: scheduler.stages[index].name),
        let stageSettings = settings.stages[stage]
      else { continue }
      scheduler.stages[index].queueLimit = stageSettings.queue
      scheduler.stages[index].batchDelay = stageSettings.delay
    }
    scheduler.maximumRequests = settings.limits.requests
    scheduler.maximumBytes = settings.limits.bytes
    scheduler.requestTimeout = settings.limits.requestTimeout
    scheduler.stallTimeout = settings.limits.stallTimeout
    scheduler.maximumAttempts = settings.limits.attempts
    let required = settings.stages.filter { $0.value.workers > 0 }.keys.map(\.rawValue)
    self.init(
      scheduler: scheduler, requiredStages: Set(required), build: ThisProcess.build,
      pid: ThisProcess.pid, memoryBytes: { ThisProcess.residentBytes })
    window = settings.limits.window
    requestsPerClient = settings.limits.clientRequests
  }
}
