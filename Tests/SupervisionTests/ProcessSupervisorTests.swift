import Glibc
import ServiceKit
import Supervision
import Synchronization
import Testing

@Suite struct ProcessSupervisorTests {
  @Test func childrenRunWithTheirEnvironmentAndLog() async throws {
    let directory = try TestDirectory()
    let command = ProcessCommand.shell("echo $THREADS; echo problem >&2; cat", ["THREADS": "3"])
    let supervisor = try ProcessSupervisor.test(
      [Role(name: "encoder", count: 2, command: command)], in: directory)
    try await withRunning(supervisor) { supervisor in
      for name in ["encoder-1", "encoder-2"] {
        try await until("\(name) writes") { directory.text(of: name) == "3\nproblem\n" }
        let pid = try #require(await supervisor.pid(of: name))
        #expect(directory.runtime.record(of: name).read() == ProcessIdentity(pid: pid))
      }
    }
    #expect(TestDirectory.names(in: directory.runtime.processes) == [])
    #expect(directory.runtime.supervisorRecord.read() == nil)
  }

  @Test func aProcessThatExitsWithZeroIsStartedAgain() async throws {
    let directory = try TestDirectory()
    let supervisor = try ProcessSupervisor.test(
      [.shell("loader", "echo run")], in: directory, readiness: { _ in [] })
    try await withRunning(supervisor) { supervisor in
      try await until("a crash loop") {
        await supervisor.reports.contains { $0.status.isCrashLooping }
      }
      #expect(await supervisor.reports.first?.status.lastExit == .exited(status: 0))
    }
    #expect(directory.text(of: "loader-1").hasPrefix("run\nrun\nrun\n"))
  }

  @Test func aKilledProcessIsStartedAgain() async throws {
    let directory = try TestDirectory()
    let supervisor = try ProcessSupervisor.test([.shell("loader", "cat")], in: directory)
    try await withRunning(supervisor) { supervisor in
      try await until("it runs") { await supervisor.state(of: "loader-1") == .running }
      let first = try #require(await supervisor.pid(of: "loader-1"))
      kill(first, SIGKILL)
      try await until("another runs") {
        let pid = await supervisor.pid(of: "loader-1")
        return pid != nil && pid != first
      }
      #expect(await supervisor.reports.first?.status.lastExit == .signalled(SIGKILL))
      #expect(await supervisor.reports.first?.status.restarts == 1)
    }
  }

  @Test func aProcessThatIsStuckIsKilledAndStartedAgain() async throws {
    let directory = try TestDirectory()
    let first = Mutex(Int32(0))
    let supervisor = try ProcessSupervisor.test(
      [.shell("loader", "cat")], in: directory,
      stuckProcesses: { asked in
        first.withLock { first in
          if first == 0 { first = asked.first! }
          return asked.intersection([first])
        }
      })
    try await withRunning(supervisor) { supervisor in
      try await until("another runs") { await supervisor.reports.first?.status.restarts == 1 }
      #expect(await supervisor.reports.first?.status.lastExit == .signalled(SIGKILL))
    }
  }

  @Test func aProgramThatIsMissingIsReported() async throws {
    let directory = try TestDirectory()
    let role = Role(name: "loader", count: 1, command: ProcessCommand(executable: "/nowhere"))
    try await withRunning(ProcessSupervisor.test([role], in: directory)) { supervisor in
      try await until("a crash loop") {
        await supervisor.reports.contains { $0.status.isCrashLooping }
      }
      #expect(
        await supervisor.reports.first?.status.lastExit
          == .notStarted("cannot start /nowhere: No such file or directory"))
    }
  }

  @Test func theReadyAreTold() async throws {
    let directory = try TestDirectory()
    let supervisor = try ProcessSupervisor.test(
      [.shell("loader", "cat", count: 2)], in: directory, readiness: { [$0.max()!] })
    try await withRunning(supervisor) { supervisor in
      try await until("one is ready") {
        await supervisor.reports.contains { $0.status.state == .running }
      }
    }
  }

  @Test func scalingReplacesProcessesWhoseCommandChanges() async throws {
    let directory = try TestDirectory()
    let supervisor = try ProcessSupervisor.test([.shell("loader", "cat")], in: directory)
    try await withRunning(supervisor) { supervisor in
      try await until("it runs") { await supervisor.state(of: "loader-1") == .running }
      await supervisor.scale("loader", to: 2, .shell("exec cat"))
      try await until("it is replaced") {
        let reports = await supervisor.reports
        return reports.count == 2
          && reports.allSatisfy { $0.status.isCurrent && $0.status.state == .running }
      }
    }
  }

  @Test func whatDoesNotStopInTimeIsKilledWithWhatItStarted() async throws {
    let directory = try TestDirectory()
    let script = "trap '' TERM; sleep 1000 & echo $!; wait; wait"
    let supervisor = try ProcessSupervisor.test(
      [.shell("loader", script, stopTimeout: .milliseconds(20))], in: directory)
    try await withRunning(supervisor) { _ in
      try await until("it has started another") { directory.text(of: "loader-1").hasSuffix("\n") }
    }
    #expect(await supervisor.killed == [ProcessName(role: "loader", number: 1)])
    let text = directory.text(of: "loader-1")
    let grandchild = try #require(Int32(text.dropLast()))
    try await until("the grandchild is gone") { ProcessIdentity(pid: grandchild) == nil }
  }

  @Test func aDirectoryIsOneSupervisors() async throws {
    let directory = try TestDirectory()
    try await withRunning(ProcessSupervisor.test([], in: directory)) { _ in
      let error = #expect(throws: SupervisionError.self) {
        _ = try ProcessSupervisor.test([], in: directory)
      }
      #expect(error?.code == .alreadyRunning)
      #expect(error?.message.contains("(process \(getpid()))") == true)
    }
  }
}
