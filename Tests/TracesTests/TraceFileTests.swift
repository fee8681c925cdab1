import Foundation
import Synchronization
import Testing
import Traces

@Suite(.timeLimit(.minutes(1))) struct TraceFileTests {
  private static let context = TraceContext(
    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")!

  private func span(_ name: String) -> Span {
    Span(
      name, .server, Self.context, parent: Self.context.span,
      from: .seconds(1_700_000_000) + .nanoseconds(5), to: .seconds(1_700_000_001),
      attributes: ["b": .integer(-7), "a": .string("x\n\"\u{0}\u{2028}"), "c": .number(.nan)],
      events: [.init("attempt", at: .seconds(1_700_000_000), ["n": .number(1.5)])],
      failure: "INTERNAL: no")
  }

  private func path() -> String {
    FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).jsonl").path
  }

  /// Writes spans, a request each, and gives back what failed.
  private func write(_ names: [String], to path: String) async throws -> (TraceFile, [String]) {
    let file = try TraceFile(path: path, resource: ["service.name": .string("captionmesh")])
    for name in names { file.export([span(name)]) }
    file.finish()
    let failures = Mutex<[String]>([])
    await file.run { error in failures.withLock { $0.append(error.message) } }
    return (file, failures.withLock { $0 })
  }

  @Test func aRequestIsALineOfOTLP() async throws {
    let path = path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (file, failures) = try await write(["caption"], to: path)
    #expect(failures.isEmpty && file.written == 1 && file.dropped == 0)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(
      text == """
        {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":\
        "captionmesh"}}]},"scopeSpans":[{"scope":{"name":"captionmesh"},"spans":[{"attributes":[\
        {"key":"a","value":{"stringValue":"x\\n\\"\\u0000\u{2028}"}},\
        {"key":"b","value":{"intValue":"-7"}},{"key":"c","value":{}}],\
        "endTimeUnixNano":"1700000001000000000","events":[{"attributes":[{"key":"n","value":\
        {"doubleValue":1.5}}],"name":"attempt","timeUnixNano":"1700000000000000000"}],"flags":1,\
        "kind":2,"name":"caption","parentSpanId":"00f067aa0ba902b7","spanId":"00f067aa0ba902b7",\
        "startTimeUnixNano":"1700000000000000005","status":{"code":2,"message":"INTERNAL: no"},\
        "traceId":"4bf92f3577b34da6a3ce929d0e0e4736"}]}]}]}

        """)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func aTraceGoesOnAtItsEnd() async throws {
    let path = path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    for name in ["a", "b"] { _ = try await write([name], to: path) }
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 2)
  }

  @Test func whatTheDiskIsTooSlowForIsDroppedAndCounted() async throws {
    let path = path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (file, failures) = try await write((0..<1000).map { "\($0)" }, to: path)
    #expect(failures.isEmpty)
    #expect(file.written > 0 && file.dropped > 0 && file.written + file.dropped == 1000)
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == file.written)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func aFullDiskEndsTheTraceAndNothingElse() async throws {
    let (file, failures) = try await write(["a", "b", "c"], to: "/dev/full")
    #expect(failures.count == 1)
    #expect(failures.first?.contains("/dev/full") == true)
    #expect(file.written == 0 && file.dropped == 3)
    file.export([span("later")])
    #expect(file.dropped == 4)
  }

  @Test func aFileThatCannotBeMadeSaysSo() {
    let error = #expect(throws: TraceFileError.self) {
      try TraceFile(path: "/no/such/folder/trace.jsonl", resource: [:])
    }
    #expect(error?.code == ENOENT)
    #expect(error?.message.contains("/no/such/folder/trace.jsonl") == true)
  }
}
