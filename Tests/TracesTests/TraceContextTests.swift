import Testing
import Traces

/// https://www.w3.org/TR/trace-context-1/, section 3.2.
@Suite struct TraceContextTests {
  private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
  private static let parent = "00f067aa0ba902b7"

  /// The recommendation's examples, and what it says of later versions.
  @Test(arguments: [
    ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
    ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", false),
    // Flags that are not known yet are let through, and not passed on.
    ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff", true),
    ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02", false),
    // Another version that is as long, or goes on after a dash.
    ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
    ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-brings", true),
    ("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-", false),
  ])
  func valid(value: String, isSampled: Bool) throws {
    let context = try #require(TraceContext(traceparent: value))
    #expect("\(context.trace)" == Self.trace)
    #expect("\(context.span)" == Self.parent)
    #expect(context.isSampled == isSampled)
    #expect(context.traceparent == "00-\(Self.trace)-\(Self.parent)-0\(isSampled ? 1 : 0)")
  }

  @Test(arguments: [
    "", "00", "-", "00-", "00-\(trace)", "00-\(trace)-\(parent)", "00-\(trace)-\(parent)-",
    "00-\(trace)-\(parent)-0", "00-\(trace)-\(parent)-1",
    // Version 00 has nothing after its flags, and no version ends in the middle of something.
    "00-\(trace)-\(parent)-01-", "00-\(trace)-\(parent)-01-extra", "00-\(trace)-\(parent)-01 ",
    "cc-\(trace)-\(parent)-01.extra", "cc-\(trace)-\(parent)-011",
    // Version ff is forbidden.
    "ff-\(trace)-\(parent)-01",
    // Upper case, other characters, zero ids.
    "00-4BF92F3577B34DA6A3CE929D0E0E4736-\(parent)-01", "00-\(trace)-00F067AA0BA902B7-01",
    "0G-\(trace)-\(parent)-01", "00-\(trace)-\(parent)-0g", "00-\(trace)-\(parent)-0A",
    "00-00000000000000000000000000000000-\(parent)-01", "00-\(trace)-0000000000000000-01",
    // Parts of other lengths.
    "00-\(trace)0-\(parent.dropLast())-01", "00-\(trace.dropLast())-\(parent)0-01",
    "000-\(trace)-\(parent)-1", " 00-\(trace)-\(parent)-01", "00_\(trace)_\(parent)_01",
    "00-\(trace)-\(parent)-é", "00-+bf92f3577b34da6a3ce929d0e0e4736-\(parent)-01",
  ])
  func malformed(value: String) {
    #expect(TraceContext(traceparent: value) == nil)
  }

  @Test func whatIsWrittenIsRead() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<1000 {
      let context = TraceContext.fresh(isSampled: .random(), using: &random)
      let isSame = TraceContext(traceparent: context.traceparent) == context
      #expect(isSame, "\(context.traceparent)")
      let child = context.child(using: &random)
      #expect(child.trace == context.trace && child.span != context.span)
    }
  }

  /// One byte changed in a good value: it is read exactly where the rules, written down here once
  /// more and plainly, allow it.
  @Test func aChangedByteIsJudgedByTheRules() {
    let good = Array("00-\(Self.trace)-\(Self.parent)-01".utf8)
    for position in good.indices {
      for byte in UInt8(1)..<128 {
        var bytes = good
        bytes[position] = byte
        let text = String(decoding: bytes, as: UTF8.self)
        let isRead = TraceContext(traceparent: text) != nil
        if isRead != Self.isValid(text) {
          Issue.record("\(text) is \(isRead ? "" : "not ")read")
          return
        }
      }
    }
  }

  @Test func noiseIsNeverReadWrongly() {
    let alphabet = Array("00112fabcdefA-- g")
    for _ in 0..<20_000 {
      let text = String((0..<Int.random(in: 50...60)).map { _ in alphabet.randomElement()! })
      let isRead = TraceContext(traceparent: text) != nil
      if isRead != Self.isValid(text) { Issue.record("\(text) is \(isRead ? "" : "not ")read") }
    }
  }

  /// The rules as a pattern.
  private static func isValid(_ text: String) -> Bool {
    guard
      let match = text.wholeMatch(
        of: /([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?/)
    else { return false }
    let (_, version, trace, parent, rest) = match.output
    return version != "ff" && trace.contains { $0 != "0" } && parent.contains { $0 != "0" }
      && (version != "00" || rest == nil)
  }
}
