import GRPCCore
import MessagePack
import Testing

@testable import ZeroMQTransport

@Suite("Peers that misbehave", .timeLimit(.minutes(1)))
struct HostilePeerTests {
  /// Runs a raw client against a server, and sees to it that another client is not disturbed.
  private func withRawClient(
    options: ZeroMQTransportOptions = testOptions(), service: EchoService = EchoService(),
    _ body: @escaping @Sendable (RawPeer) throws -> Void
  ) async throws {
    let address = try temporaryAddress()
    try await withEchoServer(at: address, options: options, service: service) { server in
      _ = try await server.transport.listeningAddresses
      try await withEchoClient(of: address) { echo in
        let before = try await echo.get("before")
        let waiting = Task { try await echo.call(EchoMethod.stall, [Note("")]) }
        await service.events.wait(for: "stall")
        try await RawPeer.onThread { try body(RawPeer(connectedTo: address)) }
        service.gate.add("open")
        let undisturbed = try await waiting.value.messages
        #expect(undisturbed == [Note("1")])
        #expect(before == "before")
      }
    }
  }

  @Test("garbage is answered with an error, and disturbs nobody", arguments: 0..<20)
  func garbage(seed: UInt64) async throws {
    try await withRawClient { peer in
      var generator = SeededGenerator(state: seed)
      func bytes() -> MessageBytes {
        MessageBytes(
          (0..<Int.random(in: 1...100, using: &generator)).map { _ in
            UInt8.random(in: 0...255, using: &generator)
          })
      }
      for _ in 0..<50 {
        let delimiter = Bool.random(using: &generator) ? [MessageBytes.empty] : []
        let frames = (0..<Int.random(in: 1...5, using: &generator)).map { _ in bytes() }
        peer.send(delimiter + frames)
        let answer = try peer.receive().header
        #expect(answer.status == 3)
      }
    }
  }

  @Test("half a valid header is as good as none", arguments: 0..<20)
  func mutated(seed: UInt64) async throws {
    try await withRawClient { peer in
      var generator = SeededGenerator(state: seed)
      let note = try MessagePackWriter.pack(Note("x"))
      for _ in 0..<50 {
        var header = WireHeader.call(5, "Get", coalesce: true).encoded().array
        header[Int.random(in: 0..<header.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
        peer.send([.empty, MessageBytes(header), note])
      }
      // Whatever became of these, the server goes on.
      peer.send(.call(1_000, "Get", coalesce: true), [note])
      while true {
        let (header, messages) = try peer.receive()
        if header.stream == 1_000 && header.status != 3 {
          #expect(messages == [note])
          return
        }
      }
    }
  }

  @Test("another version is told which one is spoken")
  func version() async throws {
    try await withRawClient { peer in
      var writer = MessagePackWriter()
      writer.writeMap { map in
        map.encode("v", 2)
        map.encode("kind", "request")
        map.encode("stream", 9)
      }
      peer.send([.empty, try writer.finish()])
      let (header, _) = try peer.receive()
      #expect(header.stream == 9 && header.status == 12)
      guard case .response(_, _, let ending?) = header else { return }
      #expect(ending.status.message.contains("version 1"))
    }
  }

  @Test("what breaks a limit gets RESOURCE_EXHAUSTED")
  func limits() async throws {
    var options = testOptions()
    options.limits.maxFrames = 10
    options.limits.maxMessageBytes = 100_000
    options.limits.maxFrameBytes = 80_000
    options.limits.maxStreamsPerPeer = 2
    options.limits.maxUnreadBytesPerPeer = 150_000
    try await withRawClient(options: options) { peer in
      func expectExhausted(_ stream: UInt64) throws {
        while true {
          let header = try peer.receive().header
          guard header.stream == stream, let status = header.status else { continue }
          #expect(status == 8)
          return
        }
      }
      let small = MessageBytes([0x80])
      let large = MessageBytes(repeating: 0, count: 60_000)
      // Frames, bytes, header, metadata.
      peer.send(.call(1, "Get"), [MessageBytes](repeating: small, count: 9))
      try expectExhausted(1)
      peer.send(.call(2, "Get"), [large, large])
      try expectExhausted(2)
      peer.send([.empty, MessageBytes(repeating: 0, count: 70_000)])
      try expectExhausted(0)
      let metadata: Metadata = ["key": "\(String(repeating: "x", count: 20_000))"]
      peer.send(
        .request(
          stream: 3, opening: .init(method: "a/b", metadata: metadata, coalesce: false), end: true))
      try expectExhausted(3)
      // Unread bytes, then streams. These handlers do not read until the end of the test.
      peer.send(.call(4, "Stall", end: false), [large])
      peer.send(.call(5, "Stall", end: false), [large])
      peer.send(.request(stream: 5, opening: nil, end: false), [large])
      try expectExhausted(5)
      peer.send(.call(6, "Stall", end: false))
      peer.send(.call(7, "Stall", end: false))
      try expectExhausted(7)
    }
  }

  @Test("whoever overruns the window has its stream ended")
  func overrun() async throws {
    try await withRawClient { peer in
      peer.send(.call(1, "Stall", end: false))
      for _ in 0..<65 {
        peer.send(.request(stream: 1, opening: nil, end: false), [MessageBytes([0x80])])
      }
      while true {
        let header = try peer.receive().header
        guard let status = header.status else { continue }
        #expect(header.stream == 1 && status == 8)
        return
      }
    }
  }

  @Test("requests that make no sense are refused")
  func nonsense() async throws {
    try await withRawClient { peer in
      func expectInvalid(_ stream: UInt64) throws {
        while true {
          let header = try peer.receive().header
          guard header.stream == stream, let status = header.status else { continue }
          #expect(status == 3)
          return
        }
      }
      peer.send(.request(stream: 1, opening: nil, end: true))
      try expectInvalid(1)
      peer.send(.call(2, "Stall", end: false))
      peer.send(.call(2, "Stall", end: false))
      try expectInvalid(2)
      peer.send(.response(stream: 3, metadata: [:], ending: nil))
      try expectInvalid(3)
      for (stream, opening) in [
        (4, WireHeader.Opening(method: "Get", metadata: [:], coalesce: false)),
        (5, .init(method: "test.v1.Echo/Get", metadata: ["grpc-timeout": "soon"], coalesce: false)),
      ] {
        peer.send(.request(stream: UInt64(stream), opening: opening, end: true))
        try expectInvalid(UInt64(stream))
      }
      peer.send(.call(6, "Stall", end: true))
      peer.send(.request(stream: 6, opening: nil, end: false), [MessageBytes([0x80])])
      try expectInvalid(6)
    }
  }

  @Test("a client that falls silent or leaves has its calls cancelled", arguments: [true, false])
  func silentClient(saysGoodbye: Bool) async throws {
    let service = EchoService()
    let address = try temporaryAddress()
    var options = testOptions()
    options.pingInterval = .milliseconds(50)
    try await withEchoServer(at: address, options: options, service: service) { server in
      _ = try await server.transport.listeningAddresses
      try await RawPeer.onThread {
        let peer = try RawPeer(connectedTo: address)
        peer.send(.ping)
        peer.send(.call(1, "Wait", end: true), [MessageBytes([0x80])])
        while !service.events.all.contains("wait") {
          peer.send(.ping)
          _ = try peer.receiveFrames()
        }
        if saysGoodbye { peer.send(.goodbye) }
        // The connection stays until the server has taken notice.
        service.events.block(for: "wait cancelled")
      }
    }
    #expect(service.events.all == ["wait", "wait cancelled"])
  }

  @Test(
    "a client whose connection breaks has its calls cancelled at once", arguments: [true, false])
  func brokenClient(pings: Bool) async throws {
    let service = EchoService()
    let address = try temporaryAddress()
    // No ping is missed in the time of this test.
    var options = testOptions()
    options.pingInterval = .seconds(30)
    try await withEchoServer(at: address, options: options, service: service) { server in
      _ = try await server.transport.listeningAddresses
      try await RawPeer.onThread {
        let peer = try RawPeer(connectedTo: address)
        if pings { peer.send(.ping) }
        peer.send(.call(1, "Wait", end: true), [MessageBytes([0x80])])
        service.events.block(for: "wait")
      }
      await service.events.wait(for: "wait cancelled")
    }
  }

  @Test("a server that falls silent or breaks off fails the calls", arguments: [true, false])
  func lostServer(closes: Bool) async throws {
    let address = try temporaryAddress()
    var options = testOptions()
    options.pingInterval = .milliseconds(closes ? 30_000 : 200)
    try await withEchoClient(of: address, options: options) { echo in
      let (opened, continuation) = AsyncStream.makeStream(of: Void.self)
      let done = Events()
      async let server: Void = RawPeer.onThread {
        let peer = try RawPeer(bound: address)
        _ = try peer.serve()
        continuation.finish()
        if !closes { done.block(for: "done") }
      }
      let error = await #expect(throws: RPCError.self) { try await echo.get("anyone?") }
      #expect(error?.code == .unavailable)
      #expect(error?.message.contains(address.description) == true)
      for await _ in opened {}
      done.add("done")
      try await server
      // The client connects again, under another identity.
      try await withEchoServer(at: address) { _ in
        let answer = try await echo.get("again")
        #expect(answer == "again")
      }
    }
  }

  @Test("a server of another protocol fails the calls without delay", arguments: [true, false])
  func strangeServer(otherVersion: Bool) async throws {
    let address = try temporaryAddress()
    var options = testOptions()
    options.connectTimeout = .seconds(60)
    try await withEchoClient(of: address, options: options) { echo in
      let done = Events()
      async let server: Void = RawPeer.onThread {
        let peer = try RawPeer(bound: address)
        var writer = MessagePackWriter()
        writer.writeMap { map in
          map.encode("v", otherVersion ? 7 : 1)
          map.encode("kind", otherVersion ? "response" : "what?")
        }
        let answer = try writer.finish()
        while !done.all.contains("done") {
          peer.send([try peer.receiveFrames()[0], .empty, answer])
        }
      }
      let error = await #expect(throws: RPCError.self) { try await echo.get("anyone?") }
      #expect(error?.code == (otherVersion ? .unimplemented : .invalidArgument))
      done.add("done")
      try await server
    }
  }
}
