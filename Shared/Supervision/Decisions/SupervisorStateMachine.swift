/// The supervisor's decisions as a state machine without input or output: events go in, with the
/// time at which they happened, and actions come out.
///
/// Each role has a count, and as many processes are kept running. A process that ends unasked,
/// whatever its exit status, is started again after a delay that grows with each failure in a row.
/// When a role's command changes, as its share of the processor does when it is scaled, processes
/// with the new command are started beside those with the old one, at most one above the count, and
/// an old one leaves when a new one is ready: the role is never without a process that works.
///
/// Times are durations since a start that the owner chooses; they never go back.
public struct SupervisorStateMachine: Sendable {
  public let policy: RestartPolicy

  private(set) var roles: [RoleState]
  public private(set) var isStopping = false
  public private(set) var isFinished = false
  private var actions: [SupervisorAction] = []

  /// Nothing is started before ``start(at:)``.
  public init(_ roles: [Role], policy: RestartPolicy = RestartPolicy()) {
    self.policy = policy
    self.roles = roles.map { RoleState(role: $0) }
  }

  /// Starts every process.
  public mutating func start(at now: Duration) -> [SupervisorAction] {
    for index in roles.indices { reconcile(index, at: now) }
    defer { actions.removeAll() }
    return actions
  }

  /// Takes note of what happened at `now` and says what to do about it, in this order.
  public mutating func handle(
    _ event: SupervisorEvent, at now: Duration
  ) -> [SupervisorAction] {
    switch event {
    case .becameReady(let name): becomeReady(name, at: now)
    case .becameStuck(let name): giveUp(name)
    case .exited(let name, let exit): end(name, exit, at: now)
    case .scaled(let role, let count, let command): scale(role, to: count, command)
    case .stopRequested: isStopping = true
    case .timeAdvanced: advance(to: now)
    }
    if isStopping {
      stopNext(at: now)
    } else {
      for index in roles.indices { reconcile(index, at: now) }
    }
    defer { actions.removeAll() }
    return actions
  }

  /// When the owner has to say that time has advanced, if nothing else happens before; nil: never.
  public var nextWakeup: Duration? {
    roles.flatMap(\.processes.values).compactMap { process in
      switch process.phase {
      case .backingOff(let until): until
      case .stopping(let deadline): deadline
      case .starting, .running: nil
      }
    }.min()
  }

  // MARK: Events

  private mutating func becomeReady(_ name: ProcessName, at now: Duration) {
    guard let (role, process) = find(name), process.phase == .starting else { return }
    roles[role].processes[name.number]!.phase = .running
    roles[role].processes[name.number]!.ready = now
  }

  /// Its end counts as a failure, after which it is started again.
  private mutating func giveUp(_ name: ProcessName) {
    guard let (role, process) = find(name), process.phase == .running, !process.isGivenUp else {
      return
    }
    roles[role].processes[name.number]!.isGivenUp = true
    actions.append(.kill(name))
  }

  private mutating func scale(_ name: String, to count: Int, _ command: ProcessCommand) {
    guard !isStopping, let index = roles.firstIndex(where: { $0.role.name == name }) else { return }
    roles[index].role.count = count
    roles[index].role.command = command
  }

  private mutating func end(_ name: ProcessName, _ exit: ProcessExit, at now: Duration) {
    guard let (role, process) = find(name) else { return }
    switch process.phase {
    case .backingOff: return
    case .stopping: roles[role].processes[name.number] = nil
    case .starting, .running:
      if isStopping {
        roles[role].processes[name.number] = nil
        return
      }
      let failures = now - process.started >= policy.goodAfter ? 1 : process.failures + 1
      let worked = process.ready.map { policy.hasWorked(for: now - $0, after: process.delay) }
      let quickFailures = worked == true ? 1 : process.quickFailures + 1
      let delay = policy.delay(after: min(failures, quickFailures))
      roles[role].processes[name.number]!.failures = failures
      roles[role].processes[name.number]!.quickFailures = quickFailures
      roles[role].processes[name.number]!.delay = delay
      roles[role].processes[name.number]!.lastExit = exit
      roles[role].processes[name.number]!.phase = .backingOff(until: now + delay)
      actions.append(.restartLater(name, exit, after: delay, failures: failures))
    }
  }

  private mutating func advance(to now: Duration) {
    for index in roles.indices {
      for (number, process) in roles[index].processes.sorted(by: { $0.key < $1.key }) {
        let name = ProcessName(role: roles[index].role.name, number: number)
        switch process.phase {
        case .backingOff(let until) where until <= now && !isStopping:
          roles[index].processes[number]!.restart(roles[index].role.command, at: now)
          roles[index].restarts += 1
          actions.append(.spawn(name, roles[index].role.command))
        case .stopping(let deadline?) where deadline <= now:
          roles[index].processes[number]!.phase = .stopping(deadline: nil)
          actions.append(.kill(name))
        default: break
        }
      }
    }
  }

  // MARK: What there is to be

  /// Starts what is missing from a role and stops what is too much.
  private mutating func reconcile(_ index: Int, at now: Duration) {
    roles[index].updateWaiting()
    let role = roles[index].role
    for number in roles[index].surplus { stop(index, number, at: now) }
    while roles[index].current.count < roles[index].currentLimit {
      let number = roles[index].freeNumber
      roles[index].processes[number] = ProcessState(command: role.command, started: now)
      actions.append(.spawn(ProcessName(role: role.name, number: number), role.command))
    }
  }

  /// Stops the roles of the lowest order that still has processes.
  private mutating func stopNext(at now: Duration) {
    for index in roles.indices {
      for (number, process) in roles[index].processes where process.isWaiting {
        roles[index].processes[number] = nil
      }
    }
    let remaining = roles.indices.filter { !roles[$0].processes.isEmpty }
    guard let order = remaining.map({ roles[$0].role.stopOrder }).min() else {
      if !isFinished { actions.append(.finish) }
      isFinished = true
      return
    }
    for index in remaining where roles[index].role.stopOrder == order {
      for number in roles[index].staying { stop(index, number, at: now) }
    }
  }

  private mutating func stop(_ index: Int, _ number: Int, at now: Duration) {
    if roles[index].processes[number]!.isWaiting {
      roles[index].processes[number] = nil
      return
    }
    let role = roles[index].role
    roles[index].processes[number]!.phase = .stopping(deadline: now + role.stopTimeout)
    actions.append(.terminate(ProcessName(role: role.name, number: number)))
  }

  private func find(_ name: ProcessName) -> (role: Int, ProcessState)? {
    guard let index = roles.firstIndex(where: { $0.role.name == name.role }),
      let process = roles[index].processes[name.number]
    else { return nil }
    return (index, process)
  }
}
