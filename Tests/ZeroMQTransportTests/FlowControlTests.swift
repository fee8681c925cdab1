import GRPCCore
import MessagePack
import Synchronization
import Testing

@Suite("Flow control", .timeLimit(.minutes(1)))
struct FlowControlTests {
  @Test("a reader that does not read holds up its stream's server alone")
  func slowReader() async throws {
    let service = EchoService()
    try await withEcho(service: service) { echo in
      let read = try await echo.call(
        EchoMethod.flood, metadata: [:], options: .defaults
      ) { writer in
        try await writer.write(Note("more"))
      } receive: { response in
        _ = try response.accepted.get()
        for _ in 0..<200 { _ = try await echo.get("meanwhile") }
        #expect(service.flooded.load(ordering: .relaxed) <= 64)
        var read = 0
        for try await _ in response.messages {
          read += 1
          if read == 1_000 { break }
        }
        return read
      }
      #expect(read == 1_000)
      // The client has left: the server's writes fail.
      await service.events.wait(for: "flood ended")
    }
  }

  @Test(
    "a handler that does not read holds up its stream's client alone", arguments: [10, 1 << 20])
  func slowHandler(bytes: Int) async throws {
    let service = EchoService()
    try await withEcho(service: service) { echo in
      let written = Counter()
      let note = Note("", payload: MessageBytes(repeating: 1, count: bytes))
      async let reply = echo.call(EchoMethod.stall, metadata: [:], options: .defaults) { writer in
        for _ in 0..<200 {
          try await writer.write(note)
          written.value.add(1, ordering: .relaxed)
        }
      } receive: { response in
        try await response.collected()
      }
      await service.events.wait(for: "stall")
      for _ in 0..<200 { _ = try await echo.get("meanwhile") }
      // 64 messages, or 4 MiB.
      #expect(written.value.load(ordering: .relaxed) <= (bytes == 10 ? 64 : 4))
      service.gate.add("open")
      let messages = try await reply.messages
      #expect(messages == [Note("200")])
    }
  }

  @Test("a writer that waits for the window can be cancelled")
  func cancelledWriter() async throws {
    let service = EchoService()
    try await withEcho(service: service) { echo in
      let call = Task {
        try await echo.call(EchoMethod.stall, metadata: [:], options: .defaults) { writer in
          while true { try await writer.write(Note("")) }
        } receive: { response in
          try await response.collected()
        }
      }
      await service.events.wait(for: "stall")
      call.cancel()
      let error = await #expect(throws: RPCError.self) { try await call.value }
      #expect(error?.code == .cancelled)
      service.gate.add("open")
    }
  }
}

private final class Counter: Sendable {
  let value = Atomic(0)
}
