public import GRPCCore
public import MessagePack

/// A method of a service with the types of its messages, which cross as msgpack.
public struct RPCMethod<Input: MessagePackConvertible, Output: MessagePackConvertible>: Sendable {
  public let descriptor: MethodDescriptor

  init(_ service: String, _ method: String, _ type: MethodDescriptor.RPCType) {
    descriptor = MethodDescriptor(fullyQualifiedService: service, method: method, type: type)
  }
}

extension RPCRouter {
  /// Serves a method whose input and output are streams.
  mutating func register<Input, Output>(
    _ method: RPCMethod<Input, Output>,
    handler:
      @escaping @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
      StreamingServerResponse<Output>
  ) {
    registerHandler(
      forMethod: method.descriptor, deserializer: MessagePackDeserializer<Input>(),
      serializer: MessagePackSerializer<Output>(), handler: handler)
  }

  /// Serves a method whose input is one message.
  mutating func registerSingleInput<Input, Output>(
    _ method: RPCMethod<Input, Output>,
    handler:
      @escaping @Sendable (ServerRequest<Input>, ServerContext) async throws ->
      StreamingServerResponse<Output>
  ) {
    register(method) { request, context in
      try await handler(ServerRequest(stream: request), context)
    }
  }
}

extension GRPCClient {
  /// Calls a method with one message for one message.
  func unary<Input, Output>(
    _ method: RPCMethod<Input, Output>, _ message: Input, metadata: Metadata, options: CallOptions
  ) async throws -> Output {
    try await unary(
      request: ClientRequest(message: message, metadata: metadata), descriptor: method.descriptor,
      serializer: MessagePackSerializer<Input>(), deserializer: MessagePackDeserializer<Output>(),
      options: options
    ) { try $0.message }
  }

  /// Calls a method with a stream of messages for another one.
  func stream<Input, Output, Value: Sendable>(
    _ method: RPCMethod<Input, Output>, metadata: Metadata, options: CallOptions,
    requests: @escaping @Sendable (RPCWriter<Input>) async throws -> Void,
    replies: @escaping @Sendable (RPCAsyncSequence<Output, any Error>) async throws -> Value
  ) async throws -> Value {
    try await bidirectionalStreaming(
      request: StreamingClientRequest(metadata: metadata, producer: requests),
      descriptor: method.descriptor, serializer: MessagePackSerializer<Input>(),
      deserializer: MessagePackDeserializer<Output>(), options: options
    ) { try await replies($0.messages) }
  }
}
