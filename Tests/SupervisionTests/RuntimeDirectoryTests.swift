import Glibc
import Supervision
import Testing

@Suite struct RuntimeDirectoryTests {
  @Test(arguments: [
    (["CAPTIONMESH_RUNTIME": "/a", "XDG_RUNTIME_DIR": "/b"], "/a"),
    (["CAPTIONMESH_RUNTIME": "here"], "/home/user/here"),
    (["CAPTIONMESH_RUNTIME": "", "XDG_RUNTIME_DIR": "/b"], "/b/captionmesh"),
    ([:], "/tmp/captionmesh-\(geteuid())"),
  ] as [([String: String], String)])
  func followsTheEnvironment(environment: [String: String], path: String) {
    let directory = RuntimeDirectory(
      environment: environment, workingDirectory: "/home/user")
    #expect(directory.path == path)
  }

  @Test func isForTheUserAlone() throws {
    let directory = try TestDirectory()
    var information = stat()
    _ = unsafe stat(directory.runtime.path, &information)
    #expect(information.st_mode & 0o777 == 0o700)
    try directory.runtime.create()
    _ = unsafe chmod(directory.runtime.path, 0o755)
    let error = #expect(throws: SupervisionError.self) { try directory.runtime.check() }
    #expect(error?.message.contains("chmod 700 \(directory.runtime.path)") == true)
  }

  @Test func refusesWhatIsNotADirectoryOfTheUsers() throws {
    let directory = try TestDirectory()
    let link = RuntimeDirectory(path: directory.runtime.log(of: "link"))
    _ = unsafe symlink("/tmp", link.path)
    #expect(throws: SupervisionError.self) { try link.check() }
    let other = RuntimeDirectory(path: geteuid() == 0 ? "/proc/1/fd/none" : "/")
    #expect(throws: SupervisionError.self) { try other.check() }
  }

  @Test func refusesPathsThatAreTooLongForSockets() {
    let longest = RuntimeDirectory(path: "/tmp/" + String(repeating: "x", count: 86))
    #expect(longest.supervisorSocket.utf8.count == 107)
    let error = #expect(throws: SupervisionError.self) {
      try RuntimeDirectory(path: longest.path + "x").create()
    }
    #expect(error?.code == .runtimeDirectory)
  }

  @Test func aProcessIsKnownByItsStartTime() throws {
    let me = ProcessIdentity.current
    #expect(me.isAlive)
    #expect(!ProcessIdentity(pid: me.pid, startTime: me.startTime + 1).isAlive)
    #expect(ProcessIdentity(pid: 0) == nil)
    #expect(ProcessIdentity(pid: .max) == nil)
  }

  @Test(arguments: ["", "12", "x 3", "-5 100", "0 1", "99999999999 1", "1 2 3"])
  func aRecordThatMakesNoSenseNamesNobody(text: String) throws {
    let directory = try TestDirectory()
    let path = directory.runtime.log(of: "record")
    try LogFile.open(path).write(text, to: path)
    #expect(ProcessRecord(path: path).read() == nil)
  }
}
