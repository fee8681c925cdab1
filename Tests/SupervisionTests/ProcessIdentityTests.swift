import ServiceKit
import Supervision
import Testing

@Suite struct ProcessIdentityTests {
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
