/// A role and its processes, by their numbers.
struct RoleState: Sendable {
  var role: Role
  var processes: [Int: ProcessState] = [:]
  /// How often processes were started again, those included that are not wanted any more.
  var restarts = 0

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

  /// How many outdated processes there may be: those whose place no new one fills yet.
  private var outdatedLimit: Int {
    max(0, role.count - current.count { processes[$0]!.phase == .running })
  }

  /// How many current processes there may be: one more than the count with the outdated ones.
  var currentLimit: Int {
    min(role.count, role.count + 1 - min(outdated.count, outdatedLimit))
  }

  /// The processes to stop now, of either kind those that do not work yet first, and the highest
  /// numbers before the others.
  var surplus: [Int] {
    Array(inOrderOfLeaving(outdated).prefix(max(0, outdated.count - outdatedLimit)))
      + inOrderOfLeaving(current).prefix(max(0, current.count - currentLimit))
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
  /// When it became ready; nil: it is not.
  var ready: Duration?
  /// Failures in a row.
  var failures = 0
  /// Those of them between which it did not work for long.
  var quickFailures = 0
  /// How long it waited to be started again the last time.
  var delay = Duration.zero
  var restarts = 0
  /// Whether it was killed because it was stuck.
  var isGivenUp = false
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
    isGivenUp = false
    started = now
    ready = nil
    restarts += 1
  }
}
