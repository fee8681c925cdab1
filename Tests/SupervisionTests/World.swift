import Supervision
import Testing

/// A state machine and the processes that its actions make, with its promises checked after each
/// event.
struct World {
  struct Process: Equatable {
    var command: ProcessCommand
    var isReady = false
    var terminated: Duration?
    var isKilled = false
    var isStuck = false
  }

  private(set) var machine: SupervisorStateMachine
  private(set) var now = Duration.zero
  /// The processes that live.
  private(set) var processes: [ProcessName: Process] = [:]
  /// Before when a process must not be started again.
  private var earliestSpawn: [ProcessName: Duration] = [:]
  private(set) var wanted: [String: Role]
  private(set) var isFinished = false
  private(set) var restarts: [SupervisorAction] = []

  init(_ roles: [Role], policy: RestartPolicy = RestartPolicy()) {
    machine = SupervisorStateMachine(roles, policy: policy)
    wanted = Dictionary(uniqueKeysWithValues: roles.map { ($0.name, $0) })
    perform(machine.start(at: now))
  }

  // MARK: Events

  mutating func advance(by step: Duration) {
    let end = now + step
    while let wakeup = machine.nextWakeup, wakeup <= end {
      now = max(now, wakeup)
      apply(.timeAdvanced)
    }
    now = end
    apply(.timeAdvanced)
  }

  mutating func makeReady(_ name: ProcessName) {
    processes[name]?.isReady = true
    apply(.becameReady(name))
  }

  mutating func getStuck(_ name: ProcessName) {
    if processes[name]?.isReady == true, processes[name]?.terminated == nil {
      processes[name]?.isStuck = true
    }
    apply(.becameStuck(name))
  }

  mutating func end(_ name: ProcessName, _ exit: ProcessExit = .exited(status: 1)) {
    processes[name] = nil
    apply(.exited(name, exit))
  }

  mutating func scale(_ role: String, to count: Int, _ command: ProcessCommand) {
    if !machine.isStopping {
      wanted[role]!.count = count
      wanted[role]!.command = command
    }
    apply(.scaled(role: role, count: count, command: command))
  }

  mutating func stop() { apply(.stopRequested) }

  /// Everything that starts gets ready, and everything that is asked to end does.
  mutating func settle() {
    for _ in 0..<100 {
      for name in processes.keys.sorted() {
        if processes[name]!.isKilled {
          end(name, .signalled(9))
        } else if processes[name]!.terminated != nil {
          end(name, .exited(status: 0))
        } else if !processes[name]!.isReady {
          makeReady(name)
        }
      }
      advance(by: .seconds(10))
    }
  }

  // MARK: Promises

  private mutating func apply(_ event: SupervisorEvent) {
    perform(machine.handle(event, at: now))
    #expect(
      Set(machine.processes.filter { $0.state != .waiting }.map(\.name)) == Set(processes.keys),
      "the status shows the processes that live")
    // Who was scaled away does not come back, even if another one gets the name.
    let names = Set(machine.processes.map(\.name))
    earliestSpawn = earliestSpawn.filter { names.contains($0.key) }
  }

  private mutating func perform(_ actions: [SupervisorAction]) {
    for action in actions {
      #expect(!isFinished, "nothing comes after the end")
      switch action {
      case .spawn(let name, let command):
        #expect(processes[name] == nil, "a name is one process's")
        #expect(!machine.isStopping, "nothing starts while everything stops")
        #expect(now >= earliestSpawn[name] ?? .zero, "the delay is kept")
        #expect(command == wanted[name.role]!.command, "it runs what is wanted")
        processes[name] = Process(command: command)
        let staying = processes.filter { $0.key.role == name.role && $0.value.terminated == nil }
        #expect(staying.count <= wanted[name.role]!.count + 1, "at most one above the count")
      case .terminate(let name):
        #expect(processes[name]?.terminated == .some(nil), "it lives and was not asked before")
        processes[name]?.terminated = now
      case .kill(let name):
        let process = processes[name]
        #expect(
          process?.isKilled == false || process?.isStuck == true,
          "it lives and was not killed before")
        let deadline = (process?.terminated ?? now) + wanted[name.role]!.stopTimeout
        #expect(now >= deadline || process?.isStuck == true, "it had its time")
        processes[name]?.isKilled = true
      case .restartLater(let name, _, let delay, _):
        earliestSpawn[name] = now + delay
        restarts.append(action)
      case .finish:
        #expect(processes.isEmpty, "the end is when nothing lives")
        isFinished = true
      }
    }
  }
}

extension Role {
  static func test(
    _ name: String, _ count: Int = 1, command: String = "a", stopOrder: Int = 0
  ) -> Role {
    Role(
      name: name, count: count, command: .test(command), stopOrder: stopOrder,
      stopTimeout: .seconds(10))
  }
}

extension ProcessCommand {
  static func test(_ name: String) -> ProcessCommand { ProcessCommand(executable: name) }
}
