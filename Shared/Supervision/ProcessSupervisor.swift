import Glibc
public import Logging
public import ServiceKit

/// Starts a mesh's processes, starts them again when they end unasked, and ends them.
///
/// What it decides is ``SupervisorStateMachine``'s; this performs it. All children share one pipe
/// as their standard input, whose end tells them that the supervisor is gone.
public actor ProcessSupervisor {
  /// The process ids of those that do what they are for, of those asked about.
  public typealias Readiness = @Sendable (Set<Int32>) async -> Set<Int32>

  /// The process ids of those that live and do not do what they are for, of those asked about.
  public typealias StuckProcesses = @Sendable (Set<Int32>) async -> Set<Int32>

  private struct Child {
    let process: ChildProcess
    let started: ContinuousClock.Instant
  }

  private let directory: RuntimeDirectory
  private let logger: Logger
  private let readiness: Readiness
  private let readinessInterval: Duration
  private let stuckProcesses: StuckProcesses
  private let stuckInterval: Duration
  private let lock: SupervisorLock
  private let lifeline: Lifeline
  private let start = ContinuousClock.now

  private var machine: SupervisorStateMachine
  private var children: [ProcessName: Child] = [:]
  private var alarm: Task<Void, Never>?
  private var watch: Task<Void, Never>?
  private var stuckWatch: Task<Void, Never>?
  private let finished: AsyncStream<Void>
  private let finish: AsyncStream<Void>.Continuation
  /// The processes that did not end in time or were stuck, and were killed.
  public private(set) var killed: [ProcessName] = []

  /// Claims the runtime directory, which has to be there.
  ///
  /// - Parameters:
  ///   - roles: what is run, and how often.
  ///   - directory: the mesh's.
  ///   - policy: when what ends is started again.
  ///   - logger: where what happens is noted.
  ///   - readiness: asked again and again while processes start; they are all ready at once unless
  ///     it is given.
  ///   - readinessInterval: between two questions.
  ///   - stuckProcesses: asked again and again about those that were ready; who is stuck is killed
  ///     and started again.
  ///   - stuckInterval: between two questions.
  /// - Throws: ``SupervisionError`` with code `alreadyRunning` when the directory has a mesh, or
  ///   `system`.
  public init(
    _ roles: [Role], in directory: RuntimeDirectory, policy: RestartPolicy = RestartPolicy(),
    logger: Logger, readinessInterval: Duration = .milliseconds(100),
    readiness: @escaping Readiness = { $0 }, stuckInterval: Duration = .milliseconds(500),
    stuckProcesses: @escaping StuckProcesses = { _ in [] }
  ) throws(SupervisionError) {
    self.directory = directory
    self.logger = logger
    self.readiness = readiness
    self.readinessInterval = readinessInterval
    self.stuckProcesses = stuckProcesses
    self.stuckInterval = stuckInterval
    lock = try SupervisorLock(directory)
    try directory.supervisorRecord.write(.current)
    lifeline = try Lifeline()
    machine = SupervisorStateMachine(roles, policy: policy)
    (finished, finish) = AsyncStream.makeStream()
  }

  /// Starts everything and returns once ``stop()`` was called and everything has ended.
  public func run() async {
    perform(machine.start(at: now))
    stuckWatch = Task { await watchRunning() }
    for await _ in finished { break }
    alarm?.cancel()
    watch?.cancel()
    stuckWatch?.cancel()
    directory.supervisorRecord.remove()
  }

  /// Asks everything to end.
  public func stop() {
    if !machine.isStopping { logger.info("stopping") }
    handle(.stopRequested)
  }

  /// Sets how many processes a role has and what they run.
  public func scale(_ role: String, to count: Int, _ command: ProcessCommand) {
    logger.info("\(role): \(count) wanted")
    handle(.scaled(role: role, count: count, command: command))
  }

  // MARK: Status

  /// A process as it is now, with its id while it lives.
  public struct Report: Sendable {
    public var status: ProcessStatus
    public var pid: Int32?
    public var uptime: Duration?
  }

  public var reports: [Report] {
    machine.processes.map { status in
      let child = children[status.name]
      return Report(
        status: status, pid: child?.process.pid,
        uptime: child.map { $0.started.duration(to: .now) })
    }
  }

  public var counts: [String: Int] { machine.counts }
  public var restarts: [String: Int] { machine.restarts }
  public var isStopping: Bool { machine.isStopping }
  public var uptime: Duration { now }

  // MARK: Events

  private var now: Duration { start.duration(to: .now) }

  private func handle(_ event: SupervisorEvent) {
    perform(machine.handle(event, at: now))
  }

  private func end(_ name: ProcessName, _ exit: ProcessExit) {
    children[name] = nil
    directory.record(of: "\(name)").remove()
    logger.info("\(name) \(exit)")
    handle(.exited(name, exit))
  }

  private func perform(_ actions: [SupervisorAction]) {
    for action in actions {
      switch action {
      case .spawn(let name, let command): spawn(name, command)
      case .terminate(let name): children[name]?.process.signal(SIGTERM)
      case .kill(let name):
        logger.warning("\(name) is killed")
        killed.append(name)
        children[name]?.process.killGroup()
      case .restartLater(let name, let exit, let delay, let failures):
        let times = failures == 1 ? "" : ", \(failures) times in a row"
        logger.warning("\(name) \(exit) unasked\(times); it is started again in \(delay)")
      case .finish: finish.yield()
      }
    }
    setAlarm()
    watchStarting()
  }

  private func spawn(_ name: ProcessName, _ command: ProcessCommand) {
    do {
      let process = try ChildProcess(
        command, input: lifeline.readEnd, output: LogFile.open(directory.log(of: "\(name)"))
      ) { exit in
        Task { await self.end(name, exit) }
      }
      children[name] = Child(process: process, started: .now)
      logger.info("\(name) is process \(process.pid)")
      if let identity = ProcessIdentity(pid: process.pid) {
        try directory.record(of: "\(name)").write(identity)
      }
    } catch {
      if children[name] == nil {
        // Not at once: the actions that come with this one are performed first.
        Task { self.end(name, .notStarted(error.message)) }
      } else {
        logger.error("\(name): \(error)")
      }
    }
  }

  /// Says that time has advanced when the state machine wants to hear it.
  private func setAlarm() {
    alarm?.cancel()
    alarm = machine.nextWakeup.map { wakeup in
      Task {
        guard (try? await Task.sleep(until: start + wakeup, clock: .continuous)) != nil else {
          return
        }
        handle(.timeAdvanced)
      }
    }
  }

  /// Asks who is ready while anybody starts.
  private func watchStarting() {
    guard watch == nil, !starting.isEmpty else { return }
    watch = Task {
      while !starting.isEmpty, !Task.isCancelled {
        let asked = starting
        let ready = await readiness(Set(asked.values))
        for (name, pid) in asked.sorted(by: { $0.key < $1.key })
        where ready.contains(pid) && children[name]?.process.pid == pid {
          logger.info("\(name) is ready")
          handle(.becameReady(name))
        }
        if !starting.isEmpty { try? await Task.sleep(for: readinessInterval) }
      }
      watch = nil
    }
  }

  /// Asks who is stuck of those that were ready.
  private func watchRunning() async {
    while (try? await Task.sleep(for: stuckInterval)) != nil, !machine.isStopping {
      let asked = processes(in: .running)
      if asked.isEmpty { continue }
      let stuck = await stuckProcesses(Set(asked.values))
      for (name, pid) in asked.sorted(by: { $0.key < $1.key })
      where stuck.contains(pid) && children[name]?.process.pid == pid {
        logger.warning("\(name) (process \(pid)) lives and does not get on")
        handle(.becameStuck(name))
      }
    }
  }

  private var starting: [ProcessName: Int32] { processes(in: .starting) }

  private func processes(in state: ProcessStatus.State) -> [ProcessName: Int32] {
    var pids: [ProcessName: Int32] = [:]
    for process in machine.processes where process.state == state {
      pids[process.name] = children[process.name]?.process.pid
    }
    return pids
  }
}
