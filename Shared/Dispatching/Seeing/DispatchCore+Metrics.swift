import MeshAPI
import Scheduling
import Traces

extension DispatchCore {
  /// Brings the metrics of what is there now up to date, for somebody who is about to read them.
  public func refreshMetrics() {
    var memory: [String: Int] = [:]
    for registration in registrations.values {
      memory[registration.hello.stage, default: 0] += registration.memoryBytes ?? 0
    }
    metrics.look(at: scheduler.status(at: time.now()), memory: memory)
    metrics.set("captionmesh_answer_memory_bytes", self.memory.byteCount)
    if let spans {
      metrics.reach("captionmesh_traces_written_total", spans.written)
      metrics.reach("captionmesh_traces_dropped_total", spans.dropped)
    }
    metrics.set("captionmesh_ready", isReady ? 1 : 0)
    metrics.set("process_resident_memory_bytes", configuration.memoryBytes())
  }

  /// Says in `status` where the metrics are read.
  public func announce(metrics address: String?) { metricsAddress = address }

  /// Takes note of how often the supervisor has started processes again, by their roles; those of
  /// the mesh, whatever else there is.
  func note(restarts: [String: Int]) {
    for role in ["dispatcher", "loader", "encoder", "decoder", "scorer"] {
      guard let count = restarts[role] else { continue }
      metrics.reach("captionmesh_restarts_total", count, [("role", role)])
    }
  }
}
