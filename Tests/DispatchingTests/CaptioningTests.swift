import GRPCCore
import MeshAPI
import MessagePack
import Scheduling
import Tensor
import Testing

@testable import Dispatching

@Suite(.timeLimit(.minutes(1))) struct CaptioningTests {
  @Test func aPhotographComesBackAsACaption() async throws {
    try await TestMesh.run { mesh in
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        var request = CaptionRequest.sample("dog.jpg")
        request.options.beam = 5
        request.options.attention = true
        let reply = try await mesh.captioner.caption(request)
        let caption = try reply.result.get()
        #expect(reply.id == "id dog.jpg")
        #expect(caption.caption == "d5")
        #expect(caption.attention?.array(of: Float.self) == [1])
        #expect(caption.grid == Grid(rows: 1, columns: 1))
        #expect(reply.attempts == 1)
        #expect(reply.milliseconds.decode > 0)
      }
    }
  }

  @Test func aStreamIsAnsweredInFull() async throws {
    try await TestMesh.run { mesh in
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeEncoder(), FakeDecoder()) {
        let names = (0..<200).map { "\(Unicode.Scalar(UInt8(97 + $0 % 26))) \($0)" }
        let replies = try await mesh.stream(names)
        #expect(Set(replies.map(\.id)) == Set(names.map { "id \($0)" }))
        #expect(replies.count == 200)
        #expect(replies.allSatisfy { $0.text == "\($0.id.dropFirst(3).first!)3" })
      }
    }
  }

  @Test func repliesComeAsTheyFinish() async throws {
    try await TestMesh.run { mesh in
      try await mesh.with(FakeLoader(maximumBatch: 1), FakeEncoder(maximumBatch: 1)) {
        try await ScriptedWorker.run(.decode, in: mesh) { decoder in
          let replies = Task { try await mesh.stream(["a", "b", "c"]) }
          let tasks = try await decoder.nextTasks(3)
          for task in tasks.reversed() {
            decoder.finish(task, "\(task.id)")
          }
          let order = try await replies.value.map(\.text)
          #expect(order == tasks.reversed().map { "\($0.id)" })
        }
      }
    }
  }

  @Test func aBadItemFailsAlone() async throws {
    try await TestMesh.run { mesh in
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        let replies = try await mesh.stream(["a", "", "b"])
        #expect(replies.map(\.text).sorted() == ["INVALID_ARGUMENT", "a3", "b3"])
        let failed = try #require(replies.first { $0.id == "id " })
        #expect(throws: ItemError(.invalidArgument, ": not an image", stage: "load")) {
          try failed.result.get()
        }
      }
    }
  }

  @Test func aBadItemIsTheStatusOfAUnaryCall() async throws {
    try await TestMesh.run { mesh in
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        let request = CaptionRequest(id: "1", image: MessageBytes([]), name: "empty.jpg")
        let error = await #expect(throws: RPCError.self) {
          try await mesh.captioner.caption(request)
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message == "empty.jpg: not an image")
        #expect(error?.metadata[stringValues: "captionmesh-stage"].first { _ in true } == "load")
      }
    }
  }

  @Test func aWorkersNonsenseIsInternal() async throws {
    try await TestMesh.run { mesh in
      try await mesh.with(FakeLoader(), FakeEncoder()) {
        try await ScriptedWorker.run(.decode, in: mesh) { decoder in
          let replies = Task { try await mesh.stream(["a"]) }
          let task = try await decoder.nextTask()
          let nonsense = StagePayload.packed(MessageBytes([0xc1]))
          decoder.say(
            .result(TaskOutput(task: task.id, payload: nonsense, milliseconds: .nan)))
          #expect(try await replies.value.map(\.text) == ["INTERNAL"])
        }
      }
    }
  }

  @Test func aClientsNonsenseEndsItsStreamAndNothingElse() async throws {
    try await TestMesh.run { mesh in
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        let error = await #expect(throws: RPCError.self) {
          try await mesh.client.bidirectionalStreaming(
            request: StreamingClientRequest { try await $0.write(["image": 7]) },
            descriptor: Captioner.captionStream.descriptor,
            serializer: MessagePackSerializer<[String: Int]>(),
            deserializer: MessagePackDeserializer<CaptionReply>(), options: .defaults
          ) { response in
            for try await _ in response.messages {}
          }
        }
        #expect(error?.code == .invalidArgument)
        let text = try await mesh.caption("a").text
        #expect(text == "a3")
      }
    }
  }

  @Test func aCorpusComesBackAsScores() async throws {
    try await TestMesh.run { mesh in
      try await mesh.with(FakeScorer()) {
        let scores = try await mesh.scorer.score { writer in
          try await writer.write(.options(ScoreOptions(method: .nltk, smoothing: 4)))
          try await writer.write(.item(ScoreItem(candidate: "a", references: ["a", "b"])))
          try await writer.write(.item(ScoreItem(candidate: "c", references: ["d"])))
        }
        #expect(scores == ScoreReply(bleu: [1, 0, 0, 0], rougeL: 4, cider: 0, count: 2))
      }
    }
  }

  @Test func optionsInTheMiddleOfACorpusAreRefused() async throws {
    try await TestMesh.run { mesh in
      let error = await #expect(throws: RPCError.self) {
        try await mesh.scorer.score { writer in
          try await writer.write(.item(ScoreItem(candidate: "a", references: ["a"])))
          try await writer.write(.options(ScoreOptions()))
        }
      }
      #expect(error?.code == .invalidArgument)
    }
  }

  @Test func aCorpusBeyondTheBytesIsRejectedBeforeItHasCome() async throws {
    try await TestMesh.run {
      $0.scheduler.maximumBytes = 1000
    } _: { mesh in
      let error = await #expect(throws: RPCError.self) {
        try await mesh.scorer.score { writer in
          for _ in 0..<1000 {
            try await writer.write(.item(ScoreItem(candidate: "a", references: ["a"])))
          }
        }
      }
      #expect(error?.code == .resourceExhausted)
      #expect(await mesh.core.gathering.isEmpty)
    }
  }
}
