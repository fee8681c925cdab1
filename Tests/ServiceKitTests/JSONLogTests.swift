import Foundation
import Logging
import ServiceKit
import Synchronization
import Testing

@Suite struct JSONLogTests {
  private func line(_ body: (Logger) -> Void) throws -> String {
    let lines = Mutex<[String]>([])
    body(
      Logger(label: "encoder") {
        LineLogHandler(label: $0, level: .info, format: .json) { line in
          lines.withLock { $0.append(line) }
        }
      })
    let all = lines.withLock { $0 }
    #expect(all.count == 1)
    return try #require(all.first)
  }

  private func object(_ line: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  @Test func anEventIsAnObject() throws {
    let line = try line {
      $0.warning(
        "hello", metadata: ["trace_id": "4bf9", "request_id": "7", "n": ["a", ["b": "2"]]])
    }
    let object = try object(line)
    #expect(object["level"] as? String == "warning")
    #expect(object["process"] as? String == "encoder")
    #expect(object["pid"] as? Int == Int(getpid()))
    #expect(object["message"] as? String == "hello")
    #expect(object["trace_id"] as? String == "4bf9")
    #expect(object["request_id"] as? String == "7")
    let metadata = try #require(object["metadata"] as? [String: [Any]])
    #expect(metadata["n"]?.first as? String == "a")
    #expect(metadata["n"]?.last as? [String: String] == ["b": "2"])
    let time = try #require(object["time"] as? String)
    #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
  }

  @Test func metadataDoNotPassForTheLinesOwn() throws {
    let object = try object(
      try line { $0.info("true", metadata: ["message": "false", "pid": "1"]) })
    #expect(object["message"] as? String == "true")
    #expect(object["pid"] as? Int == Int(getpid()))
  }

  /// Whatever a message and metadata hold, the line is one line and says the same.
  @Test func everyLineIsJSONAndSaysWhatWasSaid() throws {
    let scalars = Array(
      "ab \"\\/\n\r\t\u{0}\u{1b}\u{7f}\u{85}\u{2028}\u{2029}é😀\u{301}\u{feff}\u{ffff}{}[]:,"
        .unicodeScalars)
    for _ in 0..<2000 {
      func text() -> String {
        var view = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...20) {
          view.append(
            Bool.random()
              ? scalars.randomElement()!
              : Unicode.Scalar(UInt32.random(in: 0...0x10ffff)) ?? "x")
        }
        return String(view)
      }
      let (message, key, value) = (text(), text(), text())
      let line = try line {
        $0.info("\(message)", metadata: [key: "\(value)", "request_id": "\(value)"])
      }
      let breaks = line.unicodeScalars.filter {
        "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0)
      }
      let object = try object(line)
      let metadata = object["metadata"] as? [String: String]
      let isSame =
        Array((object["message"] as? String ?? "").utf8) == Array(message.utf8)
        && object["request_id"] as? String == value
        && (metadata?[key] == value || key == "request_id" || key == "trace_id")
      guard breaks.count == 1, line.utf8.last == UInt8(ascii: "\n"), isSame else {
        Issue.record("\(message.debugDescription) came out as \(line.debugDescription)")
        return
      }
    }
  }
}
