public import GRPCCore

/// `captionmesh.v1.Captioner`: photographs in, sentences out.
public enum Captioner {
  public static let name = "captionmesh.v1.Captioner"
  /// One photograph, one caption. What goes wrong is the call's status.
  public static let caption = RPCMethod<CaptionRequest, CaptionReply>(name, "Caption", .unary)
  /// Photographs one after another; replies come as they finish, each with its request's id. What
  /// goes wrong with one photograph is in its reply.
  public static let captionStream = RPCMethod<CaptionRequest, CaptionReply>(
    name, "CaptionStream", .bidirectionalStreaming)

  public protocol Service: RegistrableRPCService {
    func caption(
      _ request: ServerRequest<CaptionRequest>, context: ServerContext
    ) async throws -> ServerResponse<CaptionReply>

    func captionStream(
      _ request: StreamingServerRequest<CaptionRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<CaptionReply>
  }

  public struct Client<Transport: ClientTransport>: Sendable {
    private let client: GRPCClient<Transport>

    public init(_ client: GRPCClient<Transport>) { self.client = client }

    /// - Throws: `RPCError` with the reason why there is no caption.
    public func caption(
      _ request: CaptionRequest, metadata: Metadata = [:], options: CallOptions = .defaults
    ) async throws -> CaptionReply {
      try await client.unary(Captioner.caption, request, metadata: metadata, options: options)
    }

    /// Sends what `requests` writes, at the pace at which the dispatcher takes it, while `replies`
    /// reads.
    public func captionStream<Value: Sendable>(
      metadata: Metadata = [:], options: CallOptions = .defaults,
      requests: @escaping @Sendable (RPCWriter<CaptionRequest>) async throws -> Void,
      replies: @escaping @Sendable (RPCAsyncSequence<CaptionReply, any Error>) async throws -> Value
    ) async throws -> Value {
      try await client.stream(
        Captioner.captionStream, metadata: metadata, options: options, requests: requests,
        replies: replies)
    }
  }
}

extension Captioner.Service {
  public func registerMethods<Transport: ServerTransport>(
    with router: inout RPCRouter<Transport>
  ) {
    router.registerSingleInput(Captioner.caption) { request, context in
      StreamingServerResponse(single: try await caption(request, context: context))
    }
    router.register(Captioner.captionStream) { request, context in
      try await captionStream(request, context: context)
    }
  }
}
