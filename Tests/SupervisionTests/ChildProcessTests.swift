import Glibc
import ServiceKit
import Supervision
import Testing

@Suite struct ChildProcessTests {
  let directory: TestDirectory
  let lifeline: Lifeline

  init() throws {
    directory = try TestDirectory()
    lifeline = try Lifeline()
  }

  /// Runs a script to its end.
  private func run(_ script: String) async throws -> ProcessExit {
    let output = try LogFile.open(directory.runtime.log(of: "child"))
    let (exits, end) = AsyncStream<ProcessExit>.makeStream()
    _ = try ChildProcess(.shell(script), input: lifeline.readEnd, output: output) { exit in
      end.yield(exit)
      end.finish()
    }
    var all: [ProcessExit] = []
    for await exit in exits { all.append(exit) }
    try #require(all.count == 1)
    return all[0]
  }

  @Test func reportsHowAProcessEnded() async throws {
    #expect(try await run("exit 0") == .exited(status: 0))
    #expect(try await run("exit 75") == .exited(status: 75))
    #expect(try await run("kill -KILL $$") == .signalled(SIGKILL))
  }

  @Test func childrenInheritNoDescriptors() async throws {
    let opened = try LogFile.open(directory.runtime.log(of: "other"))
    // Even one that is not closed on exec.
    let inherited = dup(opened.number)
    defer { close(inherited) }
    _ = try await run("exec 2>&1; for n in /proc/$$/fd/*; do echo ${n##*/}; done")
    let descriptors = directory.text(of: "child").split(separator: "\n").compactMap { Int32($0) }
    // The shell itself keeps one for its script, above those that anybody has inherited.
    #expect(Set([0, 1, 2]).isSubset(of: descriptors))
    #expect(!descriptors.contains(inherited) || inherited >= 10)
  }

  @Test func signalsThatTheSupervisorIgnoresEndItsChildren() async throws {
    let before = signal(SIGUSR2, SIG_IGN)
    defer { _ = signal(SIGUSR2, before) }
    #expect(try await run("kill -USR2 $$; echo alive") == .signalled(SIGUSR2))
  }

  @Test func theEndOfTheSupervisorIsTheEndOfTheInput() async throws {
    var lifeline: Lifeline? = try Lifeline()
    let output = try LogFile.open(directory.runtime.log(of: "child"))
    let (exits, end) = AsyncStream<ProcessExit>.makeStream()
    let command = ProcessCommand.shell("echo waits; cat; echo over")
    let child = try ChildProcess(command, input: lifeline!.readEnd, output: output) { exit in
      end.yield(exit)
    }
    try await until("it waits") { directory.text(of: "child") == "waits\n" }
    #expect(ProcessIdentity(pid: child.pid) != nil)
    lifeline = nil
    #expect(await exits.first { _ in true } == .exited(status: 0))
    #expect(directory.text(of: "child") == "waits\nover\n")
  }

  @Test func aLargeLogIsPutAside() throws {
    let path = directory.runtime.log(of: "child")
    func append(_ text: String) throws {
      try LogFile.open(path, sizeLimit: 8).write(text, to: path)
    }
    try append("one\n")
    try append("three\n")
    #expect(TestDirectory.text(at: path) == "one\nthree\n")
    try append("four\n")
    #expect(TestDirectory.text(at: path) == "four\n")
    #expect(TestDirectory.text(at: path + ".1") == "one\nthree\n")
  }
}
