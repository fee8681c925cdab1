import GRPCCore
import MeshAPI
import MessagePack
import ServiceKit
import Testing

@testable import Dispatching

@Suite(.timeLimit(.minutes(1))) struct ControlTests {
  @Test func theStatusShowsStagesAndWorkers() async throws {
    try await TestMesh.run { mesh in
      #expect(try await mesh.control.status().ready == false)
      try await mesh.with(FakeLoader(), FakeEncoder()) {
        try await ScriptedWorker.run(.decode, in: mesh, capacity: 1) { decoder in
          let replies = Task { try await mesh.stream(["a", "b"]) }
          try await mesh.settle { $0["decode"].queued == 1 }
          try check(try await mesh.control.status())
          for _ in 0..<2 { decoder.finish(try await decoder.nextTask()) }
          _ = try await replies.value
        }
      }
    }
  }

  private func check(_ status: StatusReply) throws {
    #expect(status.ready)
    #expect(status.build == "test")
    #expect(status.requests == 2)
    #expect(status.bytes > 0)
    #expect(status.counters["admitted"] == 2)
    #expect(status.limits["requests"] == 256)
    #expect(status.stages.map(\.name) == ["load", "encode", "decode", "score"])
    let worker = try #require(status["decode"].workers.first)
    #expect(worker.pid == 2)
    #expect(worker.host == "here")
    #expect(worker.state == "busy")
    #expect(worker.inFlight == 1)
    let encoder = try #require(status["encode"].workers.first)
    #expect(encoder.state == "idle")
    #expect(encoder.done == 2)
    #expect(encoder.identity == StageIdentity(expects: "p", produces: "f"))
  }

  @Test func healthIsThatOfTheStages() async throws {
    try await TestMesh.run { mesh in
      #expect(try await mesh.health.check() == .notServing)
      #expect(try await mesh.health.check(service: Dispatcher.name) == .serving)
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        let healths = [
          try await mesh.health.check(), try await mesh.health.check(service: Captioner.name),
          try await mesh.health.check(service: Scorer.name),
          try await mesh.health.check(service: "encode"),
          try await mesh.health.check(service: "score"),
        ]
        #expect(healths == [.serving, .serving, .notServing, .serving, .notServing])
      }
      try await mesh.settle { !$0.ready }
      #expect(try await mesh.health.check(service: Captioner.name) == .notServing)
      let error = await #expect(throws: RPCError.self) {
        try await mesh.health.check(service: "captionmesh.v1.Painter")
      }
      #expect(error?.code == .notFound)
    }
  }

  @Test func whoWatchesIsToldOfChanges() async throws {
    try await TestMesh.run { mesh in
      try await mesh.health.watch(service: Scorer.name) { changes in
        var changes = changes.makeAsyncIterator()
        #expect(try await changes.next()?.status == .notServing)
        try await ScriptedWorker.run(.score, in: mesh) { _ in
          let status = try await changes.next()?.status
          #expect(status == .serving)
        }
        #expect(try await changes.next()?.status == .notServing)
      }
      try await mesh.health.watch(service: "captionmesh.v1.Painter") { changes in
        let status = try await changes.first { _ in true }?.status
        #expect(status == .serviceUnknown)
      }
    }
  }

  @Test func workersThatDoNotFitAreRefusedWithBothIdentities() async throws {
    try await TestMesh.run { mesh in
      try await mesh.with(FakeLoader(), FakeEncoder()) {
        let stranger = FakeDecoder(identity: StageIdentity(expects: "f2"))
        let error = await #expect(throws: ServiceError.self) { try await mesh.run(stranger) }
        #expect(error?.code == .refused)
        #expect(error?.message.contains("expects f2") == true)
        #expect(error?.message.contains("found f ") == true)
      }
    }
  }

  @Test func aWorkerThatIsDrainedLeavesWhenItIsDone() async throws {
    try await TestMesh.run { mesh in
      try await ScriptedWorker.run(.score, in: mesh, capacity: 1, batch: 1) { scorer in
        async let scores = mesh.scorer.score {
          try await $0.write(.item(ScoreItem(candidate: "a", references: ["a"])))
        }
        let task = try await scorer.nextTask()
        let id = try await mesh.control.status()["score"].workers[0].id
        async let drained = mesh.control.drain(DrainRequest(worker: id))
        guard case .drain = try await scorer.next() else {
          Issue.record("the worker is not asked to leave")
          return
        }
        let reply = ScoreReply(bleu: [1, 1, 1, 1], rougeL: 1, cider: 1, count: 1)
        scorer.say(
          .result(TaskOutput(task: task.id, payload: .message(reply), milliseconds: 1)))
        #expect(try await scores == reply)
        _ = try await drained
        #expect(try await scorer.next() == nil)
        #expect(try await mesh.control.status()["score"].workers.isEmpty)
      }
    }
  }

  @Test func drainingAWorkerThatIsNotThereIsNotFound() async throws {
    try await TestMesh.run { mesh in
      let error = await #expect(throws: RPCError.self) {
        try await mesh.control.drain(DrainRequest(worker: 99))
      }
      #expect(error?.code == .notFound)
    }
  }

  @Test func aMeshThatIsDrainedEndsItsWorkAndItsWorkersReturn() async throws {
    try await TestMesh.run { mesh in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for worker in [FakeLoader(), FakeEncoder(), FakeDecoder()] as [any StageWorker] {
          group.addTask { try await mesh.run(worker) }
        }
        let replies = Task { try await mesh.stream((0..<50).map { "\($0)" }) }
        try await mesh.settle { $0.counters["completed"]! > 0 }
        _ = try await mesh.control.drain(DrainRequest())
        // The workers' run() returns.
        try await group.waitForAll()
        let texts = try await replies.value.map(\.text)
        #expect(texts.count == 50)
        #expect(texts.allSatisfy { $0.hasSuffix("3") || $0 == "UNAVAILABLE" })
        #expect(try await mesh.control.status().draining)
        let error = await #expect(throws: RPCError.self) { try await mesh.caption("late") }
        #expect(error?.code == .unavailable)
      }
    }
  }
}
