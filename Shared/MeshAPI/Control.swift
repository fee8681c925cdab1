public import GRPCCore

/// `captionmesh.v1.Control`: what operators ask for.
public enum Control {
  public static let name = "captionmesh.v1.Control"
  public static let status = RPCMethod<StatusRequest, StatusReply>(name, "Status", .unary)
  /// Answers once what was to be drained is empty.
  public static let drain = RPCMethod<DrainRequest, DrainReply>(name, "Drain", .unary)
  /// What a supervisor tells of its processes, for the metrics.
  public static let report = RPCMethod<ReportRequest, ReportReply>(name, "Report", .unary)

  public protocol Service: RegistrableRPCService {
    func status(
      _ request: ServerRequest<StatusRequest>, context: ServerContext
    ) async throws -> ServerResponse<StatusReply>

    func drain(
      _ request: ServerRequest<DrainRequest>, context: ServerContext
    ) async throws -> ServerResponse<DrainReply>

    func report(
      _ request: ServerRequest<ReportRequest>, context: ServerContext
    ) async throws -> ServerResponse<ReportReply>
  }

  public struct Client<Transport: ClientTransport>: Sendable {
    private let client: GRPCClient<Transport>

    public init(_ client: GRPCClient<Transport>) { self.client = client }

    public func status(
      metadata: Metadata = [:], options: CallOptions = .defaults
    ) async throws -> StatusReply {
      try await client.unary(
        Control.status, StatusRequest(), metadata: metadata, options: options)
    }

    public func drain(
      _ request: DrainRequest, metadata: Metadata = [:], options: CallOptions = .defaults
    ) async throws -> DrainReply {
      try await client.unary(Control.drain, request, metadata: metadata, options: options)
    }

    public func report(
      _ request: ReportRequest, metadata: Metadata = [:], options: CallOptions = .defaults
    ) async throws {
      _ = try await client.unary(Control.report, request, metadata: metadata, options: options)
    }
  }
}

extension Control.Service {
  public func registerMethods<Transport: ServerTransport>(
    with router: inout RPCRouter<Transport>
  ) {
    router.registerSingleInput(Control.status) { request, context in
      StreamingServerResponse(single: try await status(request, context: context))
    }
    router.registerSingleInput(Control.drain) { request, context in
      StreamingServerResponse(single: try await drain(request, context: context))
    }
    router.registerSingleInput(Control.report) { request, context in
      StreamingServerResponse(single: try await report(request, context: context))
    }
  }
}
