import GRPCCore
import MeshAPI
import MessagePack
import Testing

@Suite(.timeLimit(.minutes(1))) struct LossTests {
  @Test func aStreamCutInTheMiddleOfABatchLosesNothing() async throws {
    try await TestMesh.run { mesh in
      try await mesh.with(FakeLoader(), FakeDecoder()) {
        let names = (0..<40).map { "\($0)" }
        let replies = Task { try await mesh.stream(names) }
        var lost = 0
        try await ScriptedWorker.run(.encode, in: mesh) { encoder in
          // It holds what it got until its stream is cut.
          lost = try await encoder.nextTasks(4).count
        }
        try await mesh.with(FakeEncoder()) {
          let answered = try await replies.value
          #expect(answered.count == 40)
          #expect(Set(answered.map(\.id)) == Set(names.map { "id \($0)" }))
          #expect(answered.allSatisfy { $0.text == "\($0.id.dropFirst(3).first!)3" })
          #expect(answered.filter { $0.attempts == 2 }.count == lost)
          let counters = try await mesh.control.status().counters
          #expect(counters["lost_workers"] == 1)
          #expect(counters["retried"] == lost)
        }
      }
    }
  }

  @Test func aPoisonousItemFailsAloneWithInternal() async throws {
    try await TestMesh.run { mesh in
      let replies = Task { try await mesh.stream(["poison", "a", "b", "c"]) }
      try await mesh.settle { $0.requests == 4 }
      // Each encoder dies of the poison and handles all else.
      for _ in 0..<3 {
        try await ScriptedWorker.run(.load, in: mesh) { loader in
          while true {
            let task = try await loader.nextTask()
            let input = try LoadInput(
              from: MessagePackValue(unpacking: task.payload.bytes()))
            if input.name == "poison" { return }
            let error = ItemError(.notFound, "handled")
            loader.say(.failure(TaskFailure(task: task.id, error: error)))
            loader.say(.credit(1))
          }
        }
      }
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        let answered = try await replies.value
        #expect(answered.count == 4)
        for reply in answered {
          #expect((reply.id == "id poison") == (reply.text == "INTERNAL"))
        }
      }
    }
  }

  @Test func aWorkerThatSendsNonsenseIsThrownOutAndItsWorkGivenToAnother() async throws {
    try await TestMesh.run { mesh in
      let reply = Task { try await mesh.caption("a") }
      try await ScriptedWorker.run(.load, in: mesh) { loader in
        _ = try await loader.nextTask()
        loader.say(
          .hello(.init(stage: .load, capacity: 1, maximumBatch: 1, build: "", pid: 0, host: "")))
        let error = await #expect(throws: RPCError.self) { try await loader.next() }
        #expect(error?.code == .invalidArgument)
      }
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        let attempts = try await reply.value.attempts
        #expect(attempts == 2)
      }
    }
  }

  @Test func aWorkerThatDoesNotSayHelloIsThrownOut() async throws {
    try await TestMesh.run { mesh in
      let error = await #expect(throws: RPCError.self) {
        try await Dispatcher.Client(mesh.client).work {
          try await $0.write(.credit(4))
        } replies: { messages in
          for try await _ in messages {}
        }
      }
      #expect(error?.code == .invalidArgument)
    }
  }

  @Test func aSilentWorkerIsGivenUpAndALateResultIsDropped() async throws {
    try await TestMesh.run { mesh in
      try await mesh.with(FakeLoader(), FakeEncoder()) {
        try await ScriptedWorker.run(.decode, in: mesh) { silent in
          let reply = Task { try await mesh.caption("a") }
          let task = try await silent.nextTask()
          mesh.time.advance(by: .milliseconds(1400))
          // The others are heard of.
          try await mesh.settle { $0.counters["lost_workers"] == 0 }
          mesh.time.advance(by: .milliseconds(100))
          try await mesh.settle { $0["decode"].workers.map(\.state) == ["silent"] }
          #expect(try await mesh.health.check(service: "decode") == .notServing)
          guard case .cancel(task.id) = try await silent.next() else {
            Issue.record("the task is not cancelled")
            return
          }
          try await mesh.with(FakeDecoder()) {
            let text = try await reply.value.text
            #expect(text == "a3")
          }
          silent.finish(task, "too late")
          try await mesh.settle { $0.counters["late_results"] == 1 }
          try await mesh.settle { $0["decode"].workers.map(\.state) == ["idle"] }
        }
      }
    }
  }
}
