import GRPCCore
import MessagePack

/// The calls of the tests' service, whatever the transport.
protocol EchoCalls: Sendable {
  func call<R: Sendable>(
    _ method: MethodDescriptor, metadata: Metadata, options: CallOptions,
    send: @escaping @Sendable (RPCWriter<Note>) async throws -> Void,
    receive: @escaping @Sendable (StreamingClientResponse<Note>) async throws -> R
  ) async throws -> R
}

struct EchoClient<Transport: ClientTransport>: EchoCalls {
  let client: GRPCClient<Transport>

  func call<R: Sendable>(
    _ method: MethodDescriptor, metadata: Metadata, options: CallOptions,
    send: @escaping @Sendable (RPCWriter<Note>) async throws -> Void,
    receive: @escaping @Sendable (StreamingClientResponse<Note>) async throws -> R
  ) async throws -> R {
    try await client.bidirectionalStreaming(
      request: StreamingClientRequest(metadata: metadata, producer: send), descriptor: method,
      serializer: MessagePackSerializer<Note>(), deserializer: MessagePackDeserializer<Note>(),
      options: options, onResponse: receive)
  }
}

/// What a call gave.
struct Reply: Sendable {
  var metadata: Metadata = [:]
  var messages: [Note] = []
  var trailers: Metadata = [:]
}

extension EchoCalls {
  /// Sends the notes and collects the reply.
  func call(
    _ method: MethodDescriptor, _ notes: [Note], metadata: Metadata = [:], timeout: Duration? = nil,
    waitForReady: Bool? = nil
  ) async throws -> Reply {
    var options = CallOptions.defaults
    options.timeout = timeout
    options.waitForReady = waitForReady
    return try await call(method, metadata: metadata, options: options) { writer in
      try await writer.write(contentsOf: notes)
    } receive: { response in
      try await response.collected()
    }
  }

  func get(_ text: String, timeout: Duration? = nil, waitForReady: Bool? = nil) async throws
    -> String
  {
    try await call(EchoMethod.get, [Note(text)], timeout: timeout, waitForReady: waitForReady)
      .messages[0].text
  }
}

extension StreamingClientResponse where Message == Note {
  func collected() async throws -> Reply {
    let contents = try accepted.get()
    var reply = Reply(metadata: contents.metadata)
    for try await part in contents.bodyParts {
      switch part {
      case .message(let note): reply.messages.append(note)
      case .trailingMetadata(let trailers): reply.trailers = trailers
      }
    }
    return reply
  }
}
