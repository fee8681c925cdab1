/// A role and its processes, by their numbers.
struct RoleState: Sendable {
  var role: Role
  var processes: [Int: ProcessState] = [:]

  /// The processes that are not on their way out, in order.
  var staying: [Int] { processes.filter { !$0.value.isStopping }.keys.sorted() }
  /// Those of them that run what they should.
  var current: [Int] { staying.filter { processes[$0]!.command == role.command } }
  var outdated: [Int] { staying.filter { processes[$0]!.command != role.command } }

  /// The lowest number that is not in use.
  var freeNumber: Int { (1...).first { processes[$0] == nil }! }

  /// A process that waits to be started again will be what is wanted now.
  mutating func updateWaiting() {
    for (number, process) in processes where process.isWaiting {
      processes[number]!.command = role.command
    }
  }

  /// The processes to stop now: outdated ones whose place is filled, then current ones too many;
  /// of either those that do not work yet first, and the highest numbers before the others.
  var retirable: [Int] {
    let ready = current.count { processes[$0]!.phase == .running }
    let replaced = min(outdated.count, max(0, ready + outdated.count - role.count))
    let surplus = max(0, current.count - role.count)
    return inOrderOfLeaving(outdated).prefix(replaced) + inOrderOfLeaving(current).prefix(surplus)
  }

  private func inOrderOfLeaving(_ numbers: [Int]) -> [Int] {
    numbers.sorted { left, right in
      let isLeftRunning = processes[left]!.phase == .running
      let isRightRunning = processes[right]!.phase == .running
      return isLeftRunning == isRightRunning ? left > right : isRightRunning
    }
  }
}

/// A process from when it is wanted until it has ended for good.
struct ProcessState: Hashable, Sendable {
  enum Phase: Hashable, Sendable {
    /// Spawned, and not ready yet.
    case starting
    case running
    /// It ended unasked and is started again then.
    case backingOff(until: Duration)
    /// It was asked to end, and is killed at the deadline; nil: it has been.
    case stopping(deadline: Duration?)
  }

  var command: ProcessCommand
  var phase = Phase.starting
  /// When it was spawned last.
  var started: Duration
  /// Failures in a row.
  var failures = 0
  var restarts = 0
  /// How it ended unasked the last time.
  var lastExit: ProcessExit?

  init(command: ProcessCommand, started: Duration) {
    self.command = command
    self.started = started
  }

  var isWaiting: Bool {
    if case .backingOff = phase { true } else { false }
  }

  var isStopping: Bool {
    if case .stopping = phase { true } else { false }
  }

  mutating func restart(_ command: ProcessCommand, at now: Duration) {
    self.command = command
    phase = .starting
    started = now
    restarts += 1
  }
}
