/// A supervised process at one moment.
public struct ProcessStatus: Hashable, Sendable {
  public enum State: String, Hashable, Sendable {
    case starting, running, stopping
    /// It ended unasked and waits to be started again.
    case waiting
  }

  public var name: ProcessName
  public var state: State
  /// Whether it runs, or will run, what its role is set to.
  public var isCurrent: Bool
  /// Whether it ended unasked again and again. It is still started again, after a long delay.
  public var isCrashLooping: Bool
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
          name: ProcessName(role: state.role.name, number: number), state: process.phase.state,
          isCurrent: process.command == state.role.command,
          isCrashLooping: process.phase != .running && process.failures >= policy.crashLoopAfter,
          restarts: process.restarts, lastExit: process.lastExit)
      }
    }
  }

  /// How often processes of each role were started again.
  public var restarts: [String: Int] {
    Dictionary(uniqueKeysWithValues: roles.map { ($0.role.name, $0.restarts) })
  }

  /// How many processes each role is to have.
  public var counts: [String: Int] {
    Dictionary(uniqueKeysWithValues: roles.map { ($0.role.name, $0.role.count) })
  }
}

extension ProcessState.Phase {
  fileprivate var state: ProcessStatus.State {
    switch self {
    case .starting: .starting
    case .running: .running
    case .backingOff: .waiting
    case .stopping: .stopping
    }
  }
}
