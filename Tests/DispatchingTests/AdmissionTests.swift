import GRPCCore
import MeshAPI
import MessagePack
import Scheduling
import Synchronization
import Testing

@testable import Dispatching

@Suite(.timeLimit(.minutes(1))) struct AdmissionTests {
  @Test func whatIsTooMuchIsRejectedWithATimeToComeBack() async throws {
    try await TestMesh.run {
      $0.scheduler.maximumRequests = 1
    } _: { mesh in
      let first = Task { try await mesh.caption("a") }
      try await mesh.settle { $0.requests == 1 }
      let error = await #expect(throws: RPCError.self) { try await mesh.caption("b") }
      #expect(error?.code == .resourceExhausted)
      let pushback = error?.metadata[stringValues: "grpc-retry-pushback-ms"].first { _ in true }
      #expect(pushback.flatMap { Int($0) } ?? 0 > 0)
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        let text = try await first.value.text
        #expect(text == "a3")
      }
      #expect(try await mesh.control.status().counters["rejected"] == 1)
    }
  }

  @Test func aClientHasItsShareOfThePlacesAndNoMore() async throws {
    try await TestMesh.run {
      $0.requestsPerClient = 2
    } _: { mesh in
      /// A call of a client that is known by a name.
      func caption(_ name: String, as caller: String) async throws {
        try await withServerContextRPCCancellationHandle { handle in
          var context = ServerContext.test(Captioner.caption.descriptor, handle)
          context.remotePeer = caller
          _ = try await CaptionerService(core: mesh.core).caption(
            ServerRequest(metadata: [:], message: .sample(name)), context: context)
        }
      }
      let first = ["a", "b"].map { name in Task { try await caption(name, as: "alice") } }
      try await mesh.settle { $0.requests == 2 }
      let error = await #expect(throws: RPCError.self) { try await caption("c", as: "alice") }
      #expect(error?.code == .resourceExhausted)
      let pushback = error?.metadata[stringValues: "grpc-retry-pushback-ms"].first { _ in true }
      #expect(pushback.flatMap { Int($0) } ?? 0 > 0)
      #expect(try await mesh.control.status().counters["rejected"] == 1)
      let other = Task { try await caption("d", as: "bob") }
      try await mesh.settle { $0.requests == 3 }
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        for task in first + [other] { try await task.value }
        try await caption("e", as: "alice")
      }
      #expect(await mesh.core.openRequests.isEmpty)
    }
  }

  @Test func aRejectedItemOfAStreamSaysWhenToComeBack() async throws {
    try await TestMesh.run {
      $0.scheduler.maximumBytes = 4
    } _: { mesh in
      let replies = try await mesh.stream(["12345"])
      guard case .failure(let error) = replies[0].result else {
        Issue.record("admitted")
        return
      }
      #expect(error.code == .resourceExhausted)
      #expect(replies[0].attempts == 0)
    }
  }

  @Test func aDeadlineEndsARequestAndNamesTheStage() async throws {
    try await TestMesh.run { mesh in
      try await mesh.with(FakeLoader()) {
        let error = await #expect(throws: RPCError.self) {
          // The mesh's time is advanced, the call's own timer runs for an hour.
          try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await mesh.caption("a", metadata: ["grpc-timeout": "1H"]) }
            try await mesh.settle { $0["encode"].queued == 1 }
            mesh.time.advance(by: .seconds(61))
            try await group.waitForAll()
          }
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(
          error?.message == "a: encode: the deadline passed in the queue: "
            + "no encode worker is connected")
      }
    }
  }

  @Test func aCallsOwnDeadlineIsKept() async throws {
    try await TestMesh.run { mesh in
      let reply = Task { try await mesh.caption("a", metadata: ["grpc-timeout": "20S"]) }
      try await mesh.settle { $0.requests == 1 }
      mesh.time.advance(by: .seconds(20))
      let error = await #expect(throws: RPCError.self) { _ = try await reply.value }
      #expect(error?.code == .deadlineExceeded)
    }
  }

  @Test func theDeadlineIsCarriedToTheWorkerLessTheTimeSpent() async throws {
    try await TestMesh.run { mesh in
      try await mesh.with(FakeLoader()) {
        let reply = Task { try await mesh.caption("a", metadata: ["grpc-timeout": "20S"]) }
        try await mesh.settle { $0["encode"].queued == 1 }
        mesh.time.advance(by: .seconds(1))
        try await ScriptedWorker.run(.encode, in: mesh) { encoder in
          let task = try await encoder.nextTask()
          #expect(task.deadlineMilliseconds == 18_995)
          let error = ItemError(.notFound, "enough")
          encoder.say(.failure(TaskFailure(task: task.id, error: error)))
          _ = try? await reply.value
        }
      }
    }
  }

  @Test(
    arguments: [
      ("20S", .seconds(20)), ("5m", .milliseconds(5)), ("7u", .microseconds(7)),
      ("9n", .nanoseconds(9)), ("2M", .seconds(120)), ("99999999H", .seconds(359_999_996_400)),
      ("", nil), ("S", nil), ("5", nil), ("-5S", nil), ("+5S", nil), ("5x", nil),
      ("123456789S", nil),
      ("٣S", nil),
    ] as [(String, Duration?)])
  func timeoutsAreReadAsGRPCWritesThem(text: String, expected: Duration?) {
    #expect((["grpc-timeout": .string(text)] as Metadata).callTimeout == expected)
  }

  @Test func aClientThatGoesAwayFreesItsPlacesAndItsWorkersAreTold() async throws {
    try await TestMesh.run { mesh in
      try await ScriptedWorker.run(.load, in: mesh) { loader in
        let task = try await withServerContextRPCCancellationHandle { handle in
          let response = Task {
            try await CaptionerService(core: mesh.core).caption(
              ServerRequest(metadata: [:], message: .sample("a")),
              context: .test(Captioner.caption.descriptor, handle))
          }
          let task = try await loader.nextTask()
          handle.cancel()
          let error = await #expect(throws: RPCError.self) { _ = try await response.value }
          #expect(error?.code == .cancelled)
          return task
        }
        let message = try await loader.next()
        guard case .cancel(task.id) = message else {
          Issue.record("\(String(describing: message)) instead of a cancellation")
          return
        }
        #expect(try await mesh.control.status().requests == 0)
      }
    }
  }

  @Test func aStreamThatIsCancelledFreesItsPlaces() async throws {
    try await TestMesh.run { mesh in
      try await withServerContextRPCCancellationHandle { handle in
        let (requests, send) = AsyncThrowingStream<CaptionRequest, any Error>.makeStream()
        for name in ["a", "b", "c"] { send.yield(.sample(name)) }
        let response = try await CaptionerService(core: mesh.core).captionStream(
          StreamingServerRequest(metadata: [:], messages: RPCAsyncSequence(wrapping: requests)),
          context: .test(Captioner.captionStream.descriptor, handle))
        let outcome = Task {
          try await response.accepted.get().producer(RPCWriter(wrapping: SlowReader()))
        }
        try await mesh.settle { $0.requests == 3 }
        handle.cancel()
        let error = await #expect(throws: RPCError.self) { _ = try await outcome.value }
        #expect(error?.code == .cancelled)
        #expect(try await mesh.control.status().requests == 0)
      }
    }
  }

  @Test func aSlowReaderSlowsOnlyItself() async throws {
    try await TestMesh.run {
      $0.window = 2
    } _: { mesh in
      try await mesh.with(FakeLoader(), FakeEncoder(), FakeDecoder()) {
        try await withServerContextRPCCancellationHandle { handle in
          let (requests, send) = AsyncThrowingStream<CaptionRequest, any Error>.makeStream()
          for index in 0..<10 { send.yield(.sample("\(index)")) }
          send.finish()
          let response = try await CaptionerService(core: mesh.core).captionStream(
            StreamingServerRequest(metadata: [:], messages: RPCAsyncSequence(wrapping: requests)),
            context: .test(Captioner.captionStream.descriptor, handle))
          let reader = SlowReader()
          let outcome = Task {
            try await response.accepted.get().producer(RPCWriter(wrapping: reader))
          }
          try await mesh.settle { $0.counters["completed"] == 2 }
          for index in 0..<20 {
            #expect(try await mesh.stream(["x\(index)", "y\(index)"]).count == 2)
          }
          #expect(try await mesh.control.status().counters["admitted"] == 42)
          reader.read(10)
          _ = try await outcome.value
          #expect(try await mesh.control.status().counters["admitted"] == 50)
        }
      }
    }
  }
}

extension ServerContext {
  static func test(
    _ descriptor: MethodDescriptor, _ handle: RPCCancellationHandle
  ) -> ServerContext {
    ServerContext(
      descriptor: descriptor, remotePeer: "test", localPeer: "test", cancellation: handle)
  }
}

/// A client that reads a reply only when it is told to.
final class SlowReader: RPCWriterProtocol {
  private let permits: AsyncStream<Void>
  private let permit: AsyncStream<Void>.Continuation

  init() { (permits, permit) = AsyncStream.makeStream() }

  func read(_ count: Int) {
    for _ in 0..<count { permit.yield() }
  }

  func write(_ element: CaptionReply) async throws {
    guard await permits.first(where: { _ in true }) != nil else { throw CancellationError() }
  }

  func write(contentsOf elements: some Sequence<CaptionReply>) async throws {
    for element in elements { try await write(element) }
  }
}
