/// A supervised process at one moment.
public struct ProcessStatus: Hashable, Sendable {
  public enum State: String, Hashable, Sendable {
    case starting, running, stopping
    /// It ended unasked and is about to be started again.
    case restarting
    /// It has ended unasked again and again; it is still started again, after a long delay.
    case crashLoop = "crash_loop"
  }

  public var name: ProcessName
  public var state: State
  /// Whether it runs, or will run, what its role is set to.
  public var isCurrent: Bool
  public var restarts: Int
  /// How it ended unasked the last time.
  public var lastExit: ProcessExit?
}

extension SupervisorStateMachine {
  /// Every process, in the roles' order.
  public var processes: [ProcessStatus] {
    roles.flatMap { state in
      state.processes.sorted { $0.key < $1.key }.map { number, process in
        ProcessStatus(
          name: ProcessName(role: state.role.name, number: number), state: status(of: process),
          isCurrent: process.command == state.role.command, restarts: process.restarts,
          lastExit: process.lastExit)
      }
    }
  }

  /// How many processes each role is to have.
  public var counts: [String: Int] {
    Dictionary(uniqueKeysWithValues: roles.map { ($0.role.name, $0.role.count) })
  }

  private func status(of process: ProcessState) -> ProcessStatus.State {
    switch process.phase {
    case .stopping: .stopping
    case .running: .running
    case .starting where process.failures < policy.crashLoopAfter: .starting
    case .backingOff where process.failures < policy.crashLoopAfter: .restarting
    case .starting, .backingOff: .crashLoop
    }
  }
}
