import GRPCCore
import GRPCInProcessTransport
import MeshAPI
import MessagePack
import PrometheusMetrics
import Scheduling
import Synchronization
import Testing
import Traces

@testable import Dispatching

/// What metrics and traces say is what was done.
@Suite(.timeLimit(.minutes(1))) struct SeeingTests {
  private typealias Mesh = TestMesh<InProcessTransport.Client>

  private static let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  /// Runs `body` with a mesh that is watched.
  private func watch(
    _ change: (inout DispatcherConfiguration) -> Void = { _ in },
    _ body: (Mesh, PrometheusRegistry, SpanBox) async throws -> Void
  ) async throws {
    let registry = PrometheusRegistry(DispatchMetrics.descriptions)
    let spans = SpanBox()
    try await TestMesh.run(change, metrics: registry, spans: spans) { mesh in
      try await body(mesh, registry, spans)
    }
  }

  /// The samples by their names and labels, as the text has them.
  private func samples(_ mesh: Mesh, _ registry: PrometheusRegistry) async -> [String: Double] {
    await mesh.core.refreshMetrics()
    var samples: [String: Double] = [:]
    for line in registry.text.split(separator: "\n") where !line.hasPrefix("#") {
      let space = line.lastIndex(of: " ")!
      samples[String(line[..<space])] = Double(line[space...].dropFirst())
    }
    return samples
  }

  @Test func theCountsAreOfWhatWasDone() async throws {
    try await watch { mesh, registry, _ in
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        let names = (0..<40).map { "\($0)" } + [""]
        let replies = try await mesh.stream(names)
        #expect(replies.count == 41)
        let bytes = names.reduce(0) { $0 + $1.utf8.count }
        let found = await samples(mesh, registry)
        #expect(
          found[
            #"captionmesh_requests_total{outcome="completed",pipeline="caption",reason="OK"}"#]
            == 40)
        #expect(
          found[
            #"captionmesh_requests_total{outcome="failed",pipeline="caption",reason="INVALID_ARGUMENT"}"#
          ] == 1)
        #expect(
          found[
            #"captionmesh_request_duration_seconds_count{outcome="completed",pipeline="caption"}"#]
            == 40)
        #expect(found["captionmesh_requests_admitted_total"] == 41)
        #expect(found["captionmesh_admitted_bytes_total"] == Double(bytes))
        #expect(
          found[#"captionmesh_request_attempts_bucket{pipeline="caption",le="1"}"#] == 41)
        for (stage, waited, passed) in [("load", 41, 40), ("encode", 40, 40), ("decode", 40, 40)] {
          let label = "{stage=\"\(stage)\"}"
          #expect(found["captionmesh_queue_wait_seconds_count\(label)"] == Double(waited))
          #expect(found["captionmesh_batch_size_sum\(label)"] == Double(waited))
          #expect(found["captionmesh_stage_duration_seconds_count\(label)"] == Double(passed))
          #expect(found["captionmesh_queue_depth\(label)"] == 0)
          #expect(found["captionmesh_stage_in_flight\(label)"] == 0)
          #expect(found["captionmesh_tasks_requeued_total\(label)"] == 0)
          #expect(found["captionmesh_workers{stage=\"\(stage)\",state=\"idle\"}"] == 1)
        }
        for name in ["requests_in_flight", "payload_bytes", "reserved_bytes"] {
          #expect(found["captionmesh_\(name)"] == 0)
        }
        #expect(found["captionmesh_ready"] == 1)
        // What is counted elsewhere is not counted again when somebody looks again.
        let again = await samples(mesh, registry)
        #expect(again["captionmesh_requests_admitted_total"] == 41)
      }
    }
  }

  @Test func lossesAndRefusalsAreCounted() async throws {
    try await watch {
      $0.scheduler.maximumRequests = 8
    } _: { mesh, registry, _ in
      let replies = Task { try await mesh.stream((0..<12).map { "\($0)" }) }
      try await mesh.settle { $0.requests == 8 && $0.counters["rejected"] == 4 }
      var lost = 0
      try await ScriptedWorker.run(.load, in: mesh) { loader in
        lost = try await loader.nextTasks(4).count
        let found = await samples(mesh, registry)
        #expect(found[#"captionmesh_stage_in_flight{stage="load"}"#] == 4)
        #expect(found[#"captionmesh_queue_depth{stage="load"}"#] == 4)
        #expect(found[#"captionmesh_workers{stage="load",state="busy"}"#] == 1)
        #expect(found[#"captionmesh_credit{stage="load"}"#] == 0)
        #expect(found["captionmesh_requests_in_flight"] == 8)
        #expect(found["captionmesh_ready"] == 0)
      }
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        let answered = try await replies.value
        #expect(answered.filter { $0.text.hasSuffix("3") }.count == 8)
        let found = await samples(mesh, registry)
        #expect(
          found[#"captionmesh_tasks_requeued_total{stage="load"}"#] == Double(lost))
        #expect(
          found[
            #"captionmesh_requests_total{outcome="rejected",pipeline="caption",reason="RESOURCE_EXHAUSTED"}"#
          ] == 4)
        #expect(found["captionmesh_workers_lost_total"] == 1)
        #expect(
          found[#"captionmesh_request_attempts_sum{pipeline="caption"}"#] == Double(8 + lost))
      }
    }
  }

  @Test func restartsAreWhatTheSupervisorSays() async throws {
    try await watch { mesh, registry, _ in
      for count in [2, 3, 3] {
        try await mesh.control.report(
          ReportRequest(restarts: ["encoder": count, "stranger": 9]))
      }
      let found = await samples(mesh, registry)
      #expect(found[#"captionmesh_restarts_total{role="encoder"}"#] == 3)
      #expect(found.keys.filter { $0.contains("restarts") }.count == 1)
    }
  }

  @Test(.enabled(if: Promtool.path != nil, "needs promtool, which Deploy/setup fetches"))
  func promtoolFindsNothingToSay() async throws {
    let promtool = try #require(Promtool.path)
    try await watch { mesh, registry, _ in
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        _ = try await mesh.stream(["a", "b", ""])
      }
      try await mesh.control.report(ReportRequest(restarts: ["encoder": 1]))
      await mesh.core.refreshMetrics()
      let (status, said) = try await Promtool.check(registry.text, promtool)
      #expect(status == 0 && said.isEmpty, "\(said)")
      // It has an opinion on others.
      let other = try await Promtool.check("# TYPE Bad counter\nBad 1\n", promtool)
      #expect(other.status != 0)
    }
  }

  // MARK: Traces

  @Test func aPhotographsWayIsATraceInTheClients() async throws {
    try await watch { mesh, _, box in
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        _ = try await mesh.caption("a", metadata: ["traceparent": "\(Self.traceparent)"])
      }
      let spans = try #require(box.requests.first)
      #expect(box.requests.count == 1)
      #expect(
        spans.map(\.name).sorted() == [
          "caption", "decode", "decode queue", "encode", "encode queue", "load", "load queue",
        ])
      #expect(spans.allSatisfy { "\($0.context.trace)" == "4bf92f3577b34da6a3ce929d0e0e4736" })
      #expect(Set(spans.map(\.context.span)).count == 7)
      let request = spans[0]
      #expect(request.name == "caption" && request.kind == .server && request.failure == nil)
      #expect(request.parent.map { "\($0)" } == "00f067aa0ba902b7")
      #expect(request.attributes["captionmesh.request_id"] == .string("id a"))
      #expect(request.events.map(\.name) == ["attempt", "attempt", "attempt"])
      for span in spans.dropFirst() {
        #expect(span.parent == request.context.span)
        #expect(span.start >= request.start && span.end <= request.end)
      }
    }
  }

  @Test func theWorkerIsToldWhereInTheTraceItIs() async throws {
    try await watch { mesh, _, box in
      let metadata: Metadata = ["traceparent": "\(Self.traceparent)"]
      let reply = Task { try await mesh.caption("a", metadata: metadata) }
      var told: TraceContext?
      try await ScriptedWorker.run(.load, in: mesh) { loader in
        let task = try await loader.nextTask()
        #expect(task.request == "id a")
        told = task.traceparent.flatMap { TraceContext(traceparent: $0) }
        loader.say(.failure(TaskFailure(task: task.id, error: ItemError(.notFound, "no"))))
        _ = try? await reply.value
      }
      let spans = try #require(box.requests.first)
      let load = try #require(spans.first { $0.name == "load" })
      #expect(load.context == told)
      #expect(load.failure == "NOT_FOUND: no" && spans[0].failure == "NOT_FOUND: no")
    }
  }

  @Test func aLostWorkersPartIsToldToo() async throws {
    try await watch { mesh, _, box in
      let reply = Task { try await mesh.caption("a") }
      try await ScriptedWorker.run(.load, in: mesh) { _ = try await $0.nextTask() }
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) { _ = try await reply.value }
      let spans = try #require(box.requests.first)
      let loads = spans.filter { $0.name == "load" }
      #expect(loads.map { $0.attributes["captionmesh.attempt"] } == [.integer(1), .integer(2)])
      #expect(loads.map { $0.failure == nil } == [false, true])
      #expect(
        spans[0].events.map(\.name) == ["attempt", "requeued", "attempt", "attempt", "attempt"])
      #expect(spans[0].parent == nil)
    }
  }

  @Test(arguments: [
    // Malformed, or twice: a trace of its own. Not sampled: none.
    (["00-nonsense"], 1), (["\(traceparent)", "\(traceparent)"], 1),
    (["\(traceparent.dropLast())0"], 0),
  ])
  func otherTraceparents(values: [String], count: Int) async throws {
    try await watch { mesh, _, box in
      var metadata: Metadata = [:]
      for value in values { metadata.addString(value, forKey: "traceparent") }
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        _ = try await mesh.caption("a", metadata: metadata)
      }
      #expect(box.requests.count == count)
      for spans in box.requests {
        #expect("\(spans[0].context.trace)" != "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(spans[0].parent == nil)
      }
    }
  }

  @Test func anAnswerFromMemoryIsOneSpanAndCountedApart() async throws {
    try await watch { mesh, registry, box in
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        for _ in 0..<3 { _ = try await mesh.caption("a") }
        let found = await samples(mesh, registry)
        let labels = #"pipeline="caption",reason="OK"}"#
        #expect(found["captionmesh_requests_total{outcome=\"completed\",\(labels)"] == 1)
        #expect(found["captionmesh_requests_total{outcome=\"remembered\",\(labels)"] == 2)
      }
      #expect(box.requests.map(\.count) == [7, 1, 1])
      #expect(box.requests[2][0].attributes["captionmesh.from_memory"] == .boolean(true))
    }
  }

  @Test func aRejectedRequestIsOneSpan() async throws {
    try await watch {
      $0.scheduler.maximumBytes = 1
    } _: { mesh, _, box in
      await #expect(throws: RPCError.self) { try await mesh.caption("too long") }
      #expect(box.requests.map { $0.map(\.name) } == [["caption"]])
    }
  }
}

/// Keeps the spans of each request.
private final class SpanBox: SpanExporter {
  private let all = Mutex<[[Span]]>([])
  var requests: [[Span]] { all.withLock { $0 } }
  var written: Int { requests.count }
  var dropped: Int { 0 }
  func export(_ spans: [Span]) { all.withLock { $0.append(spans) } }
}
