import Glibc
import ServiceKit
import Supervision
import Testing

@Suite struct LogTailTests {
  let directory: TestDirectory
  var path: String { directory.runtime.log(of: "log") }

  init() throws { directory = try TestDirectory() }

  private func append(_ text: String) throws { try LogFile.open(path).write(text, to: path) }

  @Test func readsTheLastLines() throws {
    #expect(LogTail.lines(2, of: path) == [])
    try append("one\ntwo\nthree\n")
    #expect(LogTail.lines(2, of: path) == ["two", "three"])
    #expect(LogTail.lines(9, of: path) == ["one", "two", "three"])
    #expect(LogTail.lines(0, of: path) == [])
  }

  @Test func followsWholeLines() throws {
    try append("before\n")
    var tail = LogTail(following: path)
    #expect(tail.newLines() == [])
    try append("one\ntw")
    #expect(tail.newLines() == ["one"])
    try append("o\n")
    #expect(tail.newLines() == ["two"])
    #expect(tail.newLines() == [])
  }

  @Test func followsALogThatBeginsLaterOrAnew() throws {
    var tail = LogTail(following: path)
    try append("one\n")
    #expect(tail.newLines() == ["one"])
    _ = unsafe rename(path, path + ".1")
    #expect(tail.newLines() == [])
    try append("two\n")
    #expect(tail.newLines() == ["two"])
  }
}
