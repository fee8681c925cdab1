import Logging
import ServiceKit
import Synchronization
import Testing

@Suite struct LineLogHandlerTests {
  private func lines(_ body: (Logger) -> Void) -> [String] {
    let lines = LineBox()
    body(Logger(label: "encoder") { LineLogHandler(label: $0, level: .info) { lines.add($0) } })
    return lines.all
  }

  @Test func anEventIsOneLine() throws {
    let line = try #require(
      lines { $0.info("hello\n\u{1b}[31mred", metadata: ["b": "2", "a": "1"]) }.first)
    #expect(
      line.wholeMatch(
        of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info encoder\[\d+\] (.*)\n/
      )?.1 == #"hello\n\u{1B}[31mred a=1 b=2"#)
  }

  @Test func whatIsBelowTheLevelIsNotWritten() {
    #expect(lines { $0.debug("no") }.isEmpty)
  }
}

private final class LineBox: Sendable {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }
  func add(_ line: String) { lines.withLock { $0.append(line) } }
}
