public import GRPCCore

/// `captionmesh.v1.Supervisor`: the one who starts a mesh's processes on a machine and keeps them
/// running.
public enum Supervisor {
  public static let name = "captionmesh.v1.Supervisor"
  /// Sets how many processes stages have. It answers at once; the processes come and go while
  /// `Status` is asked. INVALID_ARGUMENT for a stage or a number that cannot be, and
  /// FAILED_PRECONDITION while everything stops.
  public static let scale = RPCMethod<ScaleRequest, ScaleReply>(name, "Scale", .unary)
  /// Ends every process and the supervisor itself. It answers at once.
  public static let stop = RPCMethod<StopRequest, StopReply>(name, "Stop", .unary)
  public static let status = RPCMethod<SupervisorStatusRequest, SupervisorStatusReply>(
    name, "Status", .unary)

  public protocol Service: RegistrableRPCService {
    func scale(
      _ request: ServerRequest<ScaleRequest>, context: ServerContext
    ) async throws -> ServerResponse<ScaleReply>

    func stop(
      _ request: ServerRequest<StopRequest>, context: ServerContext
    ) async throws -> ServerResponse<StopReply>

    func status(
      _ request: ServerRequest<SupervisorStatusRequest>, context: ServerContext
    ) async throws -> ServerResponse<SupervisorStatusReply>
  }

  public struct Client<Transport: ClientTransport>: Sendable {
    private let client: GRPCClient<Transport>

    public init(_ client: GRPCClient<Transport>) { self.client = client }

    public func scale(
      _ request: ScaleRequest, metadata: Metadata = [:], options: CallOptions = .defaults
    ) async throws {
      _ = try await client.unary(Supervisor.scale, request, metadata: metadata, options: options)
    }

    public func stop(metadata: Metadata = [:], options: CallOptions = .defaults) async throws {
      _ = try await client.unary(
        Supervisor.stop, StopRequest(), metadata: metadata, options: options)
    }

    public func status(
      metadata: Metadata = [:], options: CallOptions = .defaults
    ) async throws -> SupervisorStatusReply {
      try await client.unary(
        Supervisor.status, SupervisorStatusRequest(), metadata: metadata, options: options)
    }
  }
}

extension Supervisor.Service {
  public func registerMethods<Transport: ServerTransport>(
    with router: inout RPCRouter<Transport>
  ) {
    router.registerSingleInput(Supervisor.scale) { request, context in
      StreamingServerResponse(single: try await scale(request, context: context))
    }
    router.registerSingleInput(Supervisor.stop) { request, context in
      StreamingServerResponse(single: try await stop(request, context: context))
    }
    router.registerSingleInput(Supervisor.status) { request, context in
      StreamingServerResponse(single: try await status(request, context: context))
    }
  }
}
