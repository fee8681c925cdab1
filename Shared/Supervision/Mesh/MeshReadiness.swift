public import MeshAPI
public import ServiceKit

/// Whether the processes that there are to be are there and work, as the supervisor and the
/// dispatcher see them.
public struct MeshReadiness: Hashable, Sendable {
  /// What is not as it should be with a role.
  public struct Problem: Hashable, Sendable, CustomStringConvertible {
    public var role: String
    /// Such as "1 of 2 ready".
    public var reason: String
    /// The processes that the role waits for, by their names.
    public var processes: [String]
    /// Whether waiting does not help.
    public var isFatal: Bool

    public var description: String { "\(role): \(reason)" }
  }

  /// In the roles' order; none when everything is ready.
  public let problems: [Problem]

  public var isReady: Bool { problems.isEmpty }
  /// The roles that will not get ready by themselves.
  public var isHopeless: Bool { problems.contains(where: \.isFatal) }

  /// - Parameters:
  ///   - supervisor: which processes there are.
  ///   - dispatcher: nil while it does not answer.
  ///   - gateway: nil while it does not say how it is.
  public init(
    _ supervisor: SupervisorStatusReply, _ dispatcher: StatusReply?, gateway: GatewayRecord? = nil
  ) {
    let roles = [MeshPlan.dispatcher] + WorkerRole.allCases.map(\.rawValue) + [MeshPlan.gateway]
    problems = roles.compactMap { role in
      supervisor.counts[role].flatMap { count in
        Self.problem(
          of: role, count: count, supervisor.processes.filter { $0.role == role },
          Self.workingPIDs(of: role, dispatcher, gateway))
      }
    }
  }

  private static func problem(
    of role: String, count: Int, _ processes: [SupervisorStatusReply.Process], _ working: Set<Int>
  ) -> Problem? {
    let ready = processes.filter { process in
      process.current && process.state == "running" && working.contains(process.pid ?? 0)
    }
    if ready.count == count, processes.count == count { return nil }
    let names = Set(ready.map(\.name))
    let waiting = processes.filter { !names.contains($0.name) }
    let looping = waiting.filter(\.crashLoop)
    var reason = "\(ready.count) of \(count) ready"
    if let process = looping.first ?? waiting.first(where: { $0.lastExit != nil }),
      let exit = process.lastExit
    {
      reason += "; \(process.name) \(exit)"
      if process.crashLoop { reason += ", again and again" }
    } else if ready.count == count {
      reason += "; \(waiting.map(\.name).joined(separator: ", ")) on the way out"
    }
    return Problem(
      role: role, reason: reason, processes: (looping.isEmpty ? waiting : looping).map(\.name),
      isFatal: !looping.isEmpty)
  }

  /// The processes of a role that the dispatcher gives work to, or its own; of the gateway's, one
  /// that listens or says why it does not.
  private static func workingPIDs(
    of role: String, _ dispatcher: StatusReply?, _ gateway: GatewayRecord?
  ) -> Set<Int> {
    if role == MeshPlan.gateway { return gateway.map { [$0.pid] } ?? [] }
    guard let dispatcher else { return [] }
    guard let stage = WorkerRole(named: role)?.stage else { return [dispatcher.pid] }
    let workers = dispatcher.stages.first { $0.name == stage.rawValue }?.workers ?? []
    return Set(workers.filter { ["idle", "busy"].contains($0.state) }.map(\.pid))
  }
}
