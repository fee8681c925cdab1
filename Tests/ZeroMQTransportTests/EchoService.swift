import GRPCCore
import MessagePack
import Synchronization

/// The message of the tests' service.
struct Note: MessagePackMessage, Equatable {
  var text: String
  var payload: MessageBytes?

  init(_ text: String, payload: MessageBytes? = nil) {
    self.text = text
    self.payload = payload
  }

  init(from map: MessagePackMap) throws(MessagePackError) {
    text = try map.decode("text")
    payload = try map.decodeIfPresent("payload")
  }

  func encode(into map: inout MessagePackMapWriter) {
    map.encode("text", text)
    map.encodeIfPresent("payload", payload)
  }
}

/// One method of each kind, and some that fail and last.
enum EchoMethod {
  static let service = "test.v1.Echo"

  static func descriptor(_ name: String, _ type: MethodDescriptor.RPCType) -> MethodDescriptor {
    MethodDescriptor(fullyQualifiedService: service, method: name, type: type)
  }

  /// Answers what it is sent, with the request's metadata as initial and trailing metadata.
  static let get = descriptor("Get", .unary)
  /// Answers each word of what it is sent.
  static let expand = descriptor("Expand", .serverStreaming)
  /// Answers all that it is sent, joined by spaces.
  static let collect = descriptor("Collect", .clientStreaming)
  /// Answers each message at once.
  static let update = descriptor("Update", .bidirectionalStreaming)
  /// Fails with the code that the text is, and with metadata.
  static let fail = descriptor("Fail", .unary)
  /// Lasts until the RPC is cancelled.
  static let wait = descriptor("Wait", .unary)
  /// Sends the metadata, then reads nothing until ``EchoService/gate`` opens; answers the number.
  static let stall = descriptor("Stall", .bidirectionalStreaming)
  /// Answers without end.
  static let flood = descriptor("Flood", .serverStreaming)
}

/// The service under test, which runs over any transport.
final class EchoService: RegistrableRPCService {
  /// What happened to handlers: "wait", "wait cancelled", "stall", …
  let events: Events
  /// Lets the methods go on that wait for it.
  let gate = Events()
  /// Messages that `flood` has written.
  let flooded = Atomic(0)

  init(events: Events = Events()) { self.events = events }

  func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    typealias Request = StreamingServerRequest<Note>
    typealias Response = StreamingServerResponse<Note>

    func register(
      _ method: MethodDescriptor,
      _ handler: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
      router.registerHandler(
        forMethod: method, deserializer: MessagePackDeserializer<Note>(),
        serializer: MessagePackSerializer<Note>(), handler: handler)
    }

    register(EchoMethod.get) { request, _ in
      let note = try await ServerRequest(stream: request)
      return StreamingServerResponse(
        single: ServerResponse(
          message: note.message, metadata: note.metadata, trailingMetadata: note.metadata))
    }
    register(EchoMethod.expand) { request, _ in
      let note = try await ServerRequest(stream: request)
      return StreamingServerResponse { writer in
        for word in note.message.text.split(separator: " ") {
          try await writer.write(Note(String(word)))
        }
        return ["words": "all"]
      }
    }
    register(EchoMethod.collect) { request, _ in
      var words: [String] = []
      for try await note in request.messages { words.append(note.text) }
      return StreamingServerResponse(
        single: ServerResponse(message: Note(words.joined(separator: " "))))
    }
    register(EchoMethod.update) { request, _ in
      StreamingServerResponse(metadata: ["began": "yes"]) { writer in
        for try await note in request.messages { try await writer.write(note) }
        return [:]
      }
    }
    register(EchoMethod.fail) { request, _ in
      let note = try await ServerRequest(stream: request)
      let code = Status.Code(rawValue: Int(note.message.text)!)!
      throw RPCError(
        code: RPCError.Code(code)!, message: "as you wish: Äpfel", metadata: ["why": "asked"])
    }
    register(EchoMethod.wait) { [events] _, context in
      events.add("wait")
      try? await context.cancellation.cancelled
      events.add("wait cancelled")
      throw RPCError(code: .aborted, message: "the handler noticed")
    }
    register(EchoMethod.stall) { [events, gate] request, _ in
      StreamingServerResponse { writer in
        events.add("stall")
        await gate.wait(for: "open")
        var count = 0
        for try await _ in request.messages { count += 1 }
        try await writer.write(Note("\(count)"))
        return [:]
      }
    }
    register(EchoMethod.flood) { request, _ in
      let note = try await ServerRequest(stream: request)
      return StreamingServerResponse { writer in
        do {
          while true {
            try await writer.write(note.message)
            self.flooded.add(1, ordering: .relaxed)
          }
        } catch {
          self.events.add("flood ended")
          throw error
        }
      }
    }
  }
}
