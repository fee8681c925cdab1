import GRPCCore
import MeshAPI
import ServiceLifecycle
import Supervision

/// Tells the dispatcher, whose metrics are read, how often processes were started again: every
/// second anew, since it may be another dispatcher by then.
struct RestartReports<Transport: ClientTransport>: Service {
  let supervisor: ProcessSupervisor
  let dispatcher: GRPCClient<Transport>

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var options = CallOptions.defaults
      options.timeout = .seconds(1)
      while !Task.isCancelled {
        let report = ReportRequest(restarts: await supervisor.restarts)
        // A dispatcher that does not answer now is told the next time.
        try? await Control.Client(dispatcher).report(report, options: options)
        try? await Task.sleep(for: .seconds(1))
      }
    }
  }
}
