import GRPCCore
import MessagePack
import Testing
import ZeroMQTransport

@Suite("Cancellation and shutdown", .timeLimit(.minutes(1)))
struct CancellationTests {
  @Test("a cancelled call cancels the handler", arguments: [TransportKind.ipc, .tcp])
  func clientCancels(kind: TransportKind) async throws {
    let service = EchoService()
    try await withEcho(over: kind, service: service) { echo in
      let call = Task { try await echo.call(EchoMethod.wait, [Note("")]) }
      await service.events.wait(for: "wait")
      call.cancel()
      let error = await #expect(throws: RPCError.self) { try await call.value }
      #expect(error?.code == .cancelled)
      await service.events.wait(for: "wait cancelled")
      let answer = try await echo.get("next")
      #expect(answer == "next")
    }
  }

  @Test("a request that fails half way cancels the handler and the call")
  func producerFails() async throws {
    struct Trouble: Error {}
    let service = EchoService()
    try await withEcho(service: service) { echo in
      let error = await #expect(throws: RPCError.self) {
        try await echo.call(EchoMethod.update, metadata: [:], options: .defaults) { writer in
          try await writer.write(Note("one"))
          throw Trouble()
        } receive: { response in
          try await response.collected()
        }
      }
      #expect(error?.cause is Trouble)
    }
  }

  @Test("after the server's graceful shutdown open calls end well and new ones are refused")
  func serverGraceful() async throws {
    let service = EchoService()
    let address = try temporaryAddress()
    var options = testOptions()
    options.connectTimeout = .milliseconds(300)
    try await withEchoServer(at: address, options: options, service: service) { server in
      try await withEchoClient(of: address, options: options) { echo in
        _ = try await echo.get("connected", waitForReady: true)
        async let reply = echo.call(EchoMethod.stall, [Note(""), Note("")])
        await service.events.wait(for: "stall")
        server.beginGracefulShutdown()
        // It takes effect at some time.
        var refusal: RPCError?
        while refusal == nil {
          do { _ = try await echo.get("late") } catch { refusal = error as? RPCError }
        }
        #expect(refusal?.code == .unavailable)
        service.gate.add("open")
        let messages = try await reply.messages
        #expect(messages == [Note("2")])
      }
    }
  }

  @Test("after the period of grace open calls are cancelled")
  func grace() async throws {
    let service = EchoService()
    let address = try temporaryAddress()
    var options = testOptions()
    options.shutdownGrace = .milliseconds(50)
    try await withEchoServer(at: address, options: options, service: service) { server in
      try await withEchoClient(of: address, options: options) { echo in
        let reply = Task { try await echo.call(EchoMethod.wait, [Note("")]) }
        await service.events.wait(for: "wait")
        server.beginGracefulShutdown()
        let result = await reply.result
        #expect(throws: RPCError(code: .unavailable, message: "the server is shutting down")) {
          try result.get()
        }
        await service.events.wait(for: "wait cancelled")
      }
    }
  }

  @Test("a server that is stopped at once fails its calls, and the next one is found again")
  func serverStops() async throws {
    let address = try temporaryAddress()
    try await withEchoClient(of: address) { echo in
      let service = EchoService()
      let server = Task {
        try await withEchoServer(at: address, service: service) { _ in
          try await Task.sleep(for: .seconds(60))
        }
      }
      let reply = Task { try await echo.call(EchoMethod.wait, [Note("")]) }
      await service.events.wait(for: "wait")
      server.cancel()
      let result = await reply.result
      let error = #expect(throws: RPCError.self) { try result.get() }
      // The transport's word, or that of the handler whose task was cancelled.
      #expect(error?.code == .unavailable || error?.code == .aborted)
      _ = await server.result

      try await withEchoServer(at: address) { _ in
        let answer = try await echo.get("again")
        #expect(answer == "again")
      }
    }
  }

  @Test("a client that is shut down gracefully finishes its calls first")
  func clientGraceful() async throws {
    let service = EchoService()
    let address = try temporaryAddress()
    try await withEchoServer(at: address, service: service) { _ in
      let transport = try ZeroMQClientTransport(address: address, options: testOptions())
      let client = GRPCClient(transport: transport)
      async let connections: Void = client.runConnections()
      async let reply = EchoClient(client: client).call(EchoMethod.stall, [Note("")])
      await service.events.wait(for: "stall")
      client.beginGracefulShutdown()
      let late = await #expect(throws: RPCError.self) {
        try await transport.withStream(descriptor: EchoMethod.get, options: .defaults) { _, _ in }
      }
      #expect(late?.code == .failedPrecondition)
      service.gate.add("open")
      let messages = try await reply.messages
      #expect(messages == [Note("1")])
      try await connections
    }
  }

  @Test("a client that is stopped at once fails its calls and cancels their handlers")
  func clientStops() async throws {
    let service = EchoService()
    let address = try temporaryAddress()
    try await withEchoServer(at: address, service: service) { _ in
      let transport = try ZeroMQClientTransport(address: address, options: testOptions())
      let client = GRPCClient(transport: transport)
      let connections = Task { try await client.runConnections() }
      let reply = Task { try await EchoClient(client: client).call(EchoMethod.wait, [Note("")]) }
      await service.events.wait(for: "wait")
      connections.cancel()
      let result = await reply.result
      let error = #expect(throws: RPCError.self) { try result.get() }
      #expect(error?.code == .unavailable)
      await service.events.wait(for: "wait cancelled")
    }
  }
}
