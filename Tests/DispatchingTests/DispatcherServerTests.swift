import GRPCCore
import GRPCInProcessTransport
import MeshAPI
import MessagePack
import ServiceLifecycle
import ServiceLifecycleTestKit
import Testing

@testable import Dispatching

@Suite(.timeLimit(.minutes(1))) struct DispatcherServerTests {
  private typealias Mesh = TestMesh<InProcessTransport.Client>

  /// Runs `body` with a served mesh and what asks it to stop; returns when the server has stopped.
  private func serve(
    drainTimeout: Duration,
    _ body: (Mesh, GracefulShutdownTestTrigger) async throws -> Void
  ) async throws {
    let (core, time) = Mesh.dispatcher()
    let transport = InProcessTransport()
    let server = DispatcherServer(core, transport: transport.server, drainTimeout: drainTimeout)
    try await testGracefulShutdown { trigger in
      try await withThrowingDiscardingTaskGroup { group in
        group.addTask { try await server.run() }
        try await withGRPCClient(transport: transport.client) { client in
          try await body(Mesh(core: core, client: client, time: time), trigger)
        }
      }
    }
  }

  @Test func itStopsWhenWhatIsInIsAnswered() async throws {
    try await serve(drainTimeout: .seconds(1000)) { mesh, trigger in
      try await ScriptedWorker.run(.score, in: mesh) { scorer in
        let scores = Task {
          try await mesh.scorer.score {
            try await $0.write(.item(ScoreItem(candidate: "a", references: ["a"])))
          }
        }
        let task = try await scorer.nextTask()
        trigger.triggerGracefulShutdown()
        try await mesh.settle { $0.draining }
        let late = await #expect(throws: RPCError.self) { try await mesh.caption("late") }
        #expect(late?.code == .unavailable)

        let reply = ScoreReply(bleu: [1, 1, 1, 1], rougeL: 1, cider: 1, count: 1)
        scorer.say(
          .result(TaskOutput(task: task.id, payload: .message(reply), milliseconds: 1)))
        let answer = try await scores.value
        #expect(answer == reply)
        // The worker is not sent home, as by an end in good order, but may come back to another
        // dispatcher. This transport cancels its streams at once, which may come first.
        let end = await #expect(throws: RPCError.self) { try await scorer.next() }
        #expect(end?.code == .unavailable || end?.code == .cancelled)
      }
    }
  }

  @Test func whatTakesTooLongIsAnsweredWithUnavailable() async throws {
    try await serve(drainTimeout: .milliseconds(1)) { mesh, trigger in
      let caption = Task { try await mesh.caption("a") }
      try await mesh.settle { $0.requests == 1 }
      trigger.triggerGracefulShutdown()
      let error = await #expect(throws: RPCError.self) { try await caption.value }
      #expect(error?.code == .unavailable)
    }
  }
}
