public import GRPCCore
public import MeshAPI
import ServiceKit

/// `captionmesh.v1.Supervisor` in front of a ``ProcessSupervisor``.
public struct SupervisorService: Supervisor.Service {
  private let supervisor: ProcessSupervisor
  private let plan: MeshPlan

  public init(_ supervisor: ProcessSupervisor, plan: MeshPlan) {
    self.supervisor = supervisor
    self.plan = plan
  }

  public func scale(
    _ request: ServerRequest<ScaleRequest>, context: ServerContext
  ) async throws -> ServerResponse<ScaleReply> {
    var wanted: [(worker: WorkerRole, count: Int, command: ProcessCommand)] = []
    for (name, count) in request.message.counts.sorted(by: { $0.key < $1.key }) {
      guard let worker = WorkerRole(named: name) else {
        let known = WorkerRole.allCases.map(\.rawValue).joined(separator: ", ")
        throw RPCError(
          code: .invalidArgument, message: "there is no stage \(name); there are \(known)")
      }
      guard MeshPlan.counts.contains(count) else {
        throw RPCError(
          code: .invalidArgument,
          message: "\(name) cannot have \(count) processes; possible are "
            + "\(MeshPlan.counts.lowerBound) to \(MeshPlan.counts.upperBound)")
      }
      wanted.append((worker, count, try plan.command(for: worker, count: count)))
    }
    guard await !supervisor.isStopping else {
      throw RPCError(code: .failedPrecondition, message: "the mesh is stopping")
    }
    for (worker, count, command) in wanted {
      await supervisor.scale(worker.rawValue, to: count, command)
    }
    return ServerResponse(message: ScaleReply())
  }

  public func stop(
    _ request: ServerRequest<StopRequest>, context: ServerContext
  ) async throws -> ServerResponse<StopReply> {
    await supervisor.stop()
    return ServerResponse(message: StopReply())
  }

  public func status(
    _ request: ServerRequest<SupervisorStatusRequest>, context: ServerContext
  ) async throws -> ServerResponse<SupervisorStatusReply> {
    ServerResponse(message: await supervisor.statusReply)
  }
}

extension ProcessSupervisor {
  var statusReply: SupervisorStatusReply {
    SupervisorStatusReply(
      pid: ThisProcess.pid, uptimeSeconds: uptime / .seconds(1), stopping: isStopping,
      counts: counts,
      processes: reports.map { report in
        SupervisorStatusReply.Process(
          name: "\(report.status.name)", role: report.status.name.role,
          pid: report.pid.map(Int.init), state: report.status.state.rawValue,
          current: report.status.isCurrent, crashLoop: report.status.isCrashLooping,
          restarts: report.status.restarts,
          uptimeSeconds: report.uptime.map { $0 / .seconds(1) },
          lastExit: report.status.lastExit.map { "\($0)" },
          memoryBytes: report.pid.flatMap { ThisProcess.residentBytes(of: Int($0)) })
      })
  }
}
