import Glibc
import ServiceKit
import Supervision
import Testing

/// What is left when a supervisor was ended itself.
@Suite struct RemainsTests {
  let directory: TestDirectory

  init() throws { directory = try TestDirectory() }

  /// Starts a process that is named in the runtime directory as a supervisor's.
  private func start(
    _ script: String, as name: String, _ lifeline: Lifeline
  ) throws -> ProcessIdentity {
    let output = try LogFile.open(directory.runtime.log(of: name))
    let child = try ChildProcess(.shell(script), input: lifeline.readEnd, output: output) { _ in }
    let identity = try #require(ProcessIdentity(pid: child.pid))
    try directory.runtime.record(of: name).write(identity)
    return identity
  }

  @Test func whatEndsByItselfIsAwaitedAndTheRestIsKilled() async throws {
    var lifeline: Lifeline? = try Lifeline()
    let good = try start("cat", as: "encoder-1", lifeline!)
    let stubborn = try start("trap '' TERM; exec sleep 1000", as: "encoder-2", lifeline!)
    #expect(directory.runtime.livingProcesses == ["encoder-1": good, "encoder-2": stubborn])
    lifeline = nil
    #expect(await directory.runtime.endRemains(grace: .milliseconds(100)) == ["encoder-2"])
    #expect(!good.isAlive)
    #expect(!stubborn.isAlive)
    #expect(TestDirectory.names(in: directory.runtime.processes) == [])
  }

  @Test func aProcessThatHasTheIdNowIsLeftAlone() async throws {
    let me = ProcessIdentity.current
    let earlier = ProcessIdentity(pid: me.pid, startTime: me.startTime - 1)
    try directory.runtime.record(of: "encoder-1").write(earlier)
    try directory.runtime.supervisorRecord.write(earlier)
    #expect(directory.runtime.supervisor == nil)
    #expect(directory.runtime.livingProcesses.isEmpty)
    #expect(await directory.runtime.endRemains(grace: .zero) == [])
  }

  @Test func socketsAreRemoved() async throws {
    for path in [directory.runtime.dispatcherSocket, directory.runtime.supervisorSocket] {
      try LogFile.open(path).write("", to: path)
    }
    _ = await directory.runtime.endRemains(grace: .zero)
    #expect(TestDirectory.names(in: directory.runtime.path) == ["logs", "processes"])
  }
}
