import Foundation
import Testing

@Suite(
  "What a mesh shows of itself", .serialized,
  .enabled(if: Programs.canServe, "needs Deploy/setup and Deploy/build"))
struct SeeingTests {
  private let photograph = Programs.repository.path + "/Tests/Fixtures/Imaging/jpeg-420.jpg"
  private let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

  /// The samples of the dispatcher's metrics by their names and labels.
  private func metrics(_ mesh: TestMesh) throws -> [String: Double] {
    let status = try mesh.run(["mesh", "status", "--json"])
    let address = try #require(status.object?["metrics"] as? String, "\(status.output)")
    #expect(address.hasPrefix("http://127.0.0.1:"))
    let script = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).read().decode())"
    let run = try Run(Programs.python, ["-c", script, address])
    try #require(run.status == 0, "\(run.errors)")
    var samples: [String: Double] = [:]
    for line in run.lines where !line.hasPrefix("#") {
      let space = try #require(line.lastIndex(of: " "))
      samples[String(line[..<space])] = Double(line[space...].dropFirst())
    }
    return samples
  }

  /// A process's log, a JSON object a line.
  private func log(_ name: String, _ mesh: TestMesh) throws -> [[String: Any]] {
    let path = mesh.runtime.appending(path: "logs/\(name).log")
    let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
    return try lines.map { line in
      try #require(
        try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
        "\(name) logged \(line)")
    }
  }

  @Test("one photograph's trace has every hop, and so have the logs, and it is counted once")
  func onePhotograph() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    let mesh = try TestMesh(
      ["--encoders", "1", "--trace", file.path, "--log-format", "json"],
      environment: ["CAPTIONMESH_LOG_LEVEL": "debug"])
    let run = try Run(
      "captionmesh", ["caption", photograph],
      environment: mesh.environment.merging(["TRACEPARENT": "00-\(trace)-00f067aa0ba902b7-01"]) {
        $1
      })
    #expect(run.status == 0, "\(run.errors)")

    let samples = try metrics(mesh)
    #expect(
      samples[#"captionmesh_requests_total{outcome="completed",pipeline="caption",reason="OK"}"#]
        == 1)
    for stage in ["load", "encode", "decode"] {
      #expect(samples["captionmesh_stage_duration_seconds_count{stage=\"\(stage)\"}"] == 1)
      #expect(samples["captionmesh_workers{stage=\"\(stage)\",state=\"idle\"}"] == 1)
    }

    var spansOfLogs: Set<String> = []
    for name in ["dispatcher-1", "loader-1", "encoder-1", "decoder-1"] {
      let lines = try log(name, mesh).filter { $0["trace_id"] as? String == trace }
      #expect(!lines.isEmpty, "\(name) does not name the trace")
      #expect(lines.allSatisfy { $0["request_id"] != nil })
      for line in lines {
        if let span = (line["metadata"] as? [String: String])?["span_id"] {
          spansOfLogs.insert(span)
        }
      }
    }

    // What is in hand is written when the mesh goes.
    #expect(try mesh.run(["mesh", "down"]).status == 0)
    let spans = try spans(of: file)
    #expect(spans.count == 7)
    #expect(spans.allSatisfy { $0["traceId"] as? String == trace })
    let request = try #require(spans.first { $0["name"] as? String == "caption" })
    #expect(request["parentSpanId"] as? String == "00f067aa0ba902b7")
    for name in ["load", "encode", "decode"] {
      let wait = try #require(spans.first { $0["name"] as? String == "\(name) queue" })
      let work = try #require(spans.first { $0["name"] as? String == name })
      for span in [wait, work] {
        #expect(span["parentSpanId"] as? String == request["spanId"] as? String)
      }
      // The worker that computed it knew its place.
      #expect(spansOfLogs.contains(try #require(work["spanId"] as? String)))
    }
  }

  /// The spans of a file in OpenTelemetry's format.
  private func spans(of file: URL) throws -> [[String: Any]] {
    try String(contentsOf: file, encoding: .utf8).split(separator: "\n").flatMap { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let resources = try #require(object?["resourceSpans"] as? [[String: Any]])
      let scopes = resources.flatMap { $0["scopeSpans"] as? [[String: Any]] ?? [] }
      return scopes.flatMap { $0["spans"] as? [[String: Any]] ?? [] }
    }
  }

  @Test("a process that is started again is counted, and a full disk stops the trace alone")
  func restartsAndFullDisk() throws {
    let mesh = try TestMesh(["--encoders", "1", "--trace", "/dev/full"])
    let encoder = try #require(try mesh.workers(of: "encode").first)
    #expect(kill(encoder, SIGKILL) == 0)
    for _ in 0..<2 {
      let run = try mesh.run(["caption", photograph])
      #expect(run.status == 0, "\(run.errors)")
    }
    let name = #"captionmesh_restarts_total{role="encoder"}"#
    let deadline = ContinuousClock.now + .seconds(20)
    var samples = try metrics(mesh)
    while samples[name] != 1, ContinuousClock.now < deadline {
      usleep(100_000)
      samples = try metrics(mesh)
    }
    #expect(samples[name] == 1)
    #expect(samples[#"captionmesh_restarts_total{role="loader"}"#] == 0)
    #expect(samples["captionmesh_workers_lost_total"] == 1)
    #expect(samples["captionmesh_traces_dropped_total"] == 2)
    #expect(samples["captionmesh_traces_written_total"] == 0)
  }
}
