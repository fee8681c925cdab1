public import GRPCCore

/// `captionmesh.v1.Scorer`: captions and references in, scores of the corpus out.
public enum Scorer {
  public static let name = "captionmesh.v1.Scorer"
  public static let score = RPCMethod<ScoreRequest, ScoreReply>(name, "Score", .clientStreaming)

  public protocol Service: RegistrableRPCService {
    func score(
      _ request: StreamingServerRequest<ScoreRequest>, context: ServerContext
    ) async throws -> ServerResponse<ScoreReply>
  }

  public struct Client<Transport: ClientTransport>: Sendable {
    private let client: GRPCClient<Transport>

    public init(_ client: GRPCClient<Transport>) { self.client = client }

    /// - Parameters:
    ///   - metadata: what goes along with the call.
    ///   - options: the call's.
    ///   - requests: writes the options first, then the items.
    public func score(
      metadata: Metadata = [:], options: CallOptions = .defaults,
      requests: @escaping @Sendable (RPCWriter<ScoreRequest>) async throws -> Void
    ) async throws -> ScoreReply {
      try await client.stream(
        Scorer.score, metadata: metadata, options: options, requests: requests
      ) { replies in
        for try await reply in replies { return reply }
        throw RPCError(code: .internalError, message: "the scorer sent no scores")
      }
    }
  }
}

extension Scorer.Service {
  public func registerMethods<Transport: ServerTransport>(
    with router: inout RPCRouter<Transport>
  ) {
    router.register(Scorer.score) { request, context in
      StreamingServerResponse(single: try await score(request, context: context))
    }
  }
}
