import GRPCCore
import MessagePack
import Testing

/// What gRPC promises, over GRPCCore's own transport and over ZeroMQ.
@Suite("gRPC's semantics", .timeLimit(.minutes(1)))
struct SemanticsTests {
  @Test("a unary call", arguments: TransportKind.allCases)
  func unary(kind: TransportKind) async throws {
    try await withEcho(over: kind) { echo in
      let answers = [try await echo.get("hello"), try await echo.get("")]
      #expect(answers == ["hello", ""])
    }
  }

  @Test("a stream of responses", arguments: TransportKind.allCases)
  func serverStreaming(kind: TransportKind) async throws {
    try await withEcho(over: kind) { echo in
      let text = (0..<500).map(String.init).joined(separator: " ")
      let reply = try await echo.call(EchoMethod.expand, [Note(text)])
      #expect(reply.messages.map(\.text) == (0..<500).map(String.init))
      #expect(Array(reply.trailers[stringValues: "words"]) == ["all"])
    }
  }

  @Test("a stream of requests", arguments: TransportKind.allCases)
  func clientStreaming(kind: TransportKind) async throws {
    try await withEcho(over: kind) { echo in
      let reply = try await echo.call(EchoMethod.collect, (0..<500).map { Note("\($0)") })
      #expect(reply.messages[0].text == (0..<500).map(String.init).joined(separator: " "))
      let none = try await echo.call(EchoMethod.collect, [])
      #expect(none.messages == [Note("")])
    }
  }

  @Test("requests and responses in turn", arguments: TransportKind.allCases)
  func bidirectional(kind: TransportKind) async throws {
    try await withEcho(over: kind) { echo in
      let (answers, continuation) = AsyncStream.makeStream(of: Int.self)
      let received = try await echo.call(
        EchoMethod.update, metadata: [:], options: .defaults
      ) { writer in
        var next = 0
        // The first message is written when the server's metadata is there, and each other one
        // when the one before was answered.
        for await answered in answers {
          next = answered + 1
          if next == 100 { return }
          try await writer.write(Note("\(next)"))
        }
      } receive: { response in
        let contents = try response.accepted.get()
        #expect(Array(contents.metadata[stringValues: "began"]) == ["yes"])
        continuation.yield(-1)
        var received: [Int] = []
        for try await note in response.messages {
          received.append(Int(note.text)!)
          continuation.yield(Int(note.text)!)
        }
        return received
      }
      #expect(received == Array(0..<100))
    }
  }

  @Test("metadata goes both ways", arguments: TransportKind.allCases)
  func metadata(kind: TransportKind) async throws {
    try await withEcho(over: kind) { echo in
      var metadata: Metadata = ["one": "1", "many": "a", "blob-bin": [0, 255, 13, 10]]
      metadata.addString("b", forKey: "many")
      metadata.addBinary([], forKey: "blob-bin")
      metadata.addString("", forKey: "empty")
      let reply = try await echo.call(EchoMethod.get, [Note("x")], metadata: metadata)
      for echoed in [reply.metadata, reply.trailers] {
        #expect(Array(echoed[stringValues: "one"]) == ["1"])
        #expect(Array(echoed[stringValues: "many"]) == ["a", "b"])
        #expect(Array(echoed[stringValues: "empty"]) == [""])
        #expect(Array(echoed[binaryValues: "blob-bin"]) == [[0, 255, 13, 10], []])
      }
    }
  }

  @Test(
    "every status code arrives with its message and metadata", arguments: TransportKind.allCases)
  func errors(kind: TransportKind) async throws {
    try await withEcho(over: kind) { echo in
      for code in 1...16 {
        let error = await #expect(throws: RPCError.self) {
          try await echo.call(EchoMethod.fail, [Note("\(code)")])
        }
        #expect(error?.code.rawValue == code)
        #expect(error?.message == "as you wish: Äpfel")
        #expect(error.map { Array($0.metadata[stringValues: "why"]) } == ["asked"])
      }
    }
  }

  @Test("a method that is not there is UNIMPLEMENTED", arguments: TransportKind.allCases)
  func unimplemented(kind: TransportKind) async throws {
    try await withEcho(over: kind) { echo in
      let method = EchoMethod.descriptor("Nothing", .unary)
      let error = await #expect(throws: RPCError.self) {
        try await echo.call(method, [Note("x")])
      }
      #expect(error?.code == .unimplemented)
    }
  }

  @Test("a malformed message is INVALID_ARGUMENT", arguments: TransportKind.allCases)
  func malformed(kind: TransportKind) async throws {
    // A client whose messages have no text.
    struct Blank: MessagePackMessage {
      init() {}
      init(from map: MessagePackMap) throws(MessagePackError) {}
      func encode(into map: inout MessagePackMapWriter) {}
    }
    try await withEcho(over: kind) { echo in
      let error = await #expect(throws: RPCError.self) {
        try await (echo as! any Blanks).callBlank(EchoMethod.get, Blank())
      }
      #expect(error?.code == .invalidArgument)
      let answer = try await echo.get("still here")
      #expect(answer == "still here")
    }
  }

  @Test(
    "the deadline ends the call on both sides",
    arguments: [
      (TransportKind.inProcess, 150), (.ipc, 150), (.tcp, 150),
      // GRPCCore writes this with eight digits, which its server does not read.
      (.ipc, 50),
    ])
  func deadline(kind: TransportKind, milliseconds: Int) async throws {
    let service = EchoService()
    try await withEcho(over: kind, service: service) { echo in
      // On a busy machine the time may be over before the handler has begun.
      repeat {
        let error = await #expect(throws: RPCError.self) {
          try await echo.call(EchoMethod.wait, [Note("")], timeout: .milliseconds(milliseconds))
        }
        #expect(error?.code == .deadlineExceeded)
      } while !service.events.all.contains("wait")
      await service.events.wait(for: "wait cancelled")
    }
  }

  @Test("a 1,000 calls at once", arguments: TransportKind.allCases)
  func concurrent(kind: TransportKind) async throws {
    try await withEcho(over: kind) { echo in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<1_000 {
          group.addTask {
            let answer = try await echo.get("\(index)")
            #expect(answer == "\(index)")
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("big messages", arguments: TransportKind.allCases)
  func big(kind: TransportKind) async throws {
    try await withEcho(over: kind) { echo in
      // Over the initial window, in a call that coalesces and in one that does not.
      let payload = MessageBytes(repeating: 7, count: 10_000_000)
      let note = Note("big", payload: payload)
      let single = try await echo.call(EchoMethod.get, [note])
      #expect(single.messages == [note])
      let several = try await echo.call(EchoMethod.update, [note, note, note])
      #expect(several.messages == [note, note, note])
    }
  }
}

/// The one call that is not of ``Note``s.
private protocol Blanks {
  func callBlank<Blank: MessagePackMessage>(_ method: MethodDescriptor, _ blank: Blank) async throws
}

extension EchoClient: Blanks {
  func callBlank<Blank: MessagePackMessage>(
    _ method: MethodDescriptor, _ blank: Blank
  ) async throws {
    try await client.unary(
      request: ClientRequest(message: blank), descriptor: method,
      serializer: MessagePackSerializer<Blank>(), deserializer: MessagePackDeserializer<Blank>(),
      options: .defaults
    ) { _ = try $0.message }
  }
}
