import Dispatching
import GRPCCore
import Glibc
import MeshAPI
import MessagePack
import Testing
import ZeroMQTransport

/// The dispatcher as it is deployed: over ZeroMQ, each worker and client on its own connection.
@Suite(.timeLimit(.minutes(1))) struct OverZeroMQTests {
  @Test func aStreamIsAnsweredInFull() async throws {
    try await ZeroMQMesh.run { mesh, _ in
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeEncoder(), FakeDecoder()) {
        let names = (0..<200).map { "\($0)" }
        let replies = try await mesh.stream(names)
        #expect(Set(replies.map(\.id)) == Set(names.map { "id \($0)" }))
        #expect(replies.count == 200)
        #expect(replies.allSatisfy { $0.text == "\($0.id.dropFirst(3).first!)3" })
      }
    }
  }

  @Test func aWorkerWhoseConnectionBreaksLosesNothing() async throws {
    try await ZeroMQMesh.run { mesh, connect in
      try await mesh.with(FakeLoader(), FakeDecoder()) {
        let names = (0..<40).map { "\($0)" }
        let replies = Task { try await mesh.stream(names) }
        var lost = 0
        try await connect { other in
          try await ScriptedWorker.run(.encode, in: other) { encoder in
            lost = try await encoder.nextTasks(4).count
          }
        }
        try await mesh.with(FakeEncoder()) {
          let answered = try await replies.value
          #expect(Set(answered.map(\.id)) == Set(names.map { "id \($0)" }))
          #expect(answered.count == 40)
          #expect(answered.allSatisfy { $0.text == "\($0.id.dropFirst(3).first!)3" })
          #expect(answered.filter { $0.attempts == 2 }.count == lost)
        }
      }
    }
  }

  @Test func aClientThatGoesAwayFreesItsPlaces() async throws {
    try await ZeroMQMesh.run { mesh, _ in
      let unary = Task { try await mesh.caption("a") }
      let stream = Task { try await mesh.stream(["b", "c"]) }
      try await mesh.settle { $0.requests == 3 }
      unary.cancel()
      try await mesh.settle { $0.requests == 2 }
      stream.cancel()
      try await mesh.settle { $0.requests == 0 }
      let counters = try await mesh.control.status().counters
      #expect(counters["cancelled"] == 3)
    }
  }

  @Test func whatIsLargerThanAStreamsWindowGoesThrough() async throws {
    try await ZeroMQMesh.run { mesh, _ in
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder(), FakeScorer()) {
        let image = MessageBytes(repeating: UInt8(ascii: "x"), count: 6 << 20)
        let reply = try await mesh.captioner.caption(CaptionRequest(id: "1", image: image))
        #expect(reply.text == "x3")

        let sentence = String(repeating: "a dog runs ", count: 100)
        let scores = try await mesh.scorer.score { writer in
          for _ in 0..<6000 {
            try await writer.write(
              .item(ScoreItem(candidate: sentence, references: [sentence])))
          }
        }
        #expect(scores.count == 6000)
        #expect(scores.bleu[0] == 6000)
      }
    }
  }
}

/// A mesh over ZeroMQ on a socket of its own.
private enum ZeroMQMesh {
  typealias Mesh = TestMesh<ZeroMQClientTransport>
  /// Runs its argument with a connection of its own to the same dispatcher.
  typealias Connect = ((Mesh) async throws -> Void) async throws -> Void

  static func run(_ body: (Mesh, Connect) async throws -> Void) async throws {
    let folder = "/tmp/captionmesh-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    defer { unsafe _ = (unlink("\(folder)/mesh.ipc"), rmdir(folder)) }
    let address = try ZeroMQAddress("ipc://\(folder)/mesh.ipc")
    let (core, time) = Mesh.dispatcher()
    let transport = try ZeroMQServerTransport(addresses: [address])
    let server = GRPCServer(transport: transport, services: core.services)
    func connect(_ body: (Mesh) async throws -> Void) async throws {
      try await withGRPCClient(transport: ZeroMQClientTransport(address: address)) { client in
        try await body(Mesh(core: core, client: client, time: time))
      }
    }
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { try await server.serve() }
      try await connect { try await body($0, connect) }
      group.cancelAll()
    }
  }
}
