import Logging
import MetricsServer
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(1))) struct MetricsServerTests {
  /// Runs `body` while a server serves.
  private func serve(
    _ text: String = "up 1\n", _ change: (inout MetricsServer.Limits) -> Void = { _ in },
    body: (String) async throws -> Void
  ) async throws {
    var limits = MetricsServer.Limits()
    change(&limits)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let server = try await MetricsServer(port: 0, limits: limits, logger: logger) { text }
    let running = Task { try await server.run() }
    try await body(server.address)
    running.cancel()
    try await running.value
  }

  private func ask(_ address: String, _ request: String) async -> String {
    let probe = HTTPProbe(address)
    probe.send(request)
    return await probe.rest()
  }

  @Test func theTextIsServed() async throws {
    try await serve { address in
      #expect(address.wholeMatch(of: /http:\/\/127\.0\.0\.1:[1-9]\d*\/metrics/) != nil)
      for path in ["/metrics", "/metrics?name=up"] {
        let answer = await ask(address, "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
        #expect(answer.contains("Content-Length: 5\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nup 1\n"))
      }
    }
  }

  @Test func aLongTextComesWhole() async throws {
    let text = String(repeating: "up{a=\"b\"} 1\n", count: 100_000)
    try await serve(text) { address in
      let answer = await ask(address, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let isWhole = answer.hasSuffix("\r\n\r\n" + text)
      #expect(isWhole)
    }
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 Not Found\r\n", true),
    (
      "POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
      "HTTP/1.1 405 Method Not Allowed\r\n", true
    ),
    ("HEAD /metrics HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n", false),
    ("\u{0}\u{1}nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n", false),
  ])
  func otherRequests(request: String, status: String, hasBody: Bool) async throws {
    try await serve { address in
      let answer = await ask(address, request)
      #expect(answer.hasPrefix(status), "\(answer)")
      #expect(!answer.contains("up 1"))
      #expect(answer.hasSuffix("\r\n\r\n") != hasBody)
    }
  }

  @Test func aConnectionHasOneAnswer() async throws {
    try await serve { address in
      let request = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
      let answer = await ask(address, request + request)
      #expect(answer.components("HTTP/1.1 200").count == 2)
    }
  }

  @Test func whoSendsTooMuchIsCutOff() async throws {
    try await serve {
      $0.requestBytes = 1000
    } body: { address in
      let header = "X: \(String(repeating: "x", count: 100))\r\n"
      let request = "GET /metrics HTTP/1.1\r\n" + String(repeating: header, count: 50)
      let answer = await ask(address, request)
      #expect(!answer.contains("200 OK"))
    }
  }

  @Test func whoIsSlowIsCutOff() async throws {
    try await serve {
      $0.time = .milliseconds(50)
    } body: { address in
      for request in ["GET /metrics HT", ""] {
        let answer = await ask(address, request)
        #expect(answer == "")
      }
    }
  }

  @Test func whoDoesNotReadIsCutOff() async throws {
    let text = String(repeating: "x", count: 64 << 20)
    try await serve(text) {
      $0.time = .milliseconds(200)
    } body: { address in
      let slow = HTTPProbe(address)
      slow.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
      // What it reads after its time is what the system had kept for it.
      try await Task.sleep(for: .milliseconds(400))
      let rest = await slow.rest()
      #expect(rest.utf8.count < text.utf8.count)
    }
  }

  @Test func thereAreFewConnectionsAtATime() async throws {
    try await serve {
      $0.connections = 2
      $0.time = .milliseconds(300)
    } body: { address in
      let request = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
      let idle = [HTTPProbe(address), HTTPProbe(address)]
      for probe in idle { probe.send("GET ") }
      var isRefused = false
      while !isRefused { isRefused = await ask(address, request).isEmpty }
      for probe in idle { _ = await probe.rest() }
      // On a busy machine the server may not come to read within its time.
      var answer = ""
      for _ in 0..<20 where !answer.contains("200 OK") { answer = await ask(address, request) }
      #expect(answer.contains("200 OK"))
    }
  }

  @Test func aPortThatIsTakenSaysSo() async throws {
    try await serve { address in
      let port = Int(address.split(separator: ":")[2].prefix { $0.isNumber })!
      let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      await #expect(throws: (any Error).self) {
        _ = try await MetricsServer(port: port, logger: logger) { "" }
      }
    }
  }
}

extension String {
  fileprivate func components(_ separator: String) -> [Substring] {
    split(separator: separator, omittingEmptySubsequences: false)
  }
}
