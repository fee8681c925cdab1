public import GRPCCore

/// `grpc.health.v1.Health`, with its messages in msgpack.
public enum Health {
  public static let name = "grpc.health.v1.Health"
  /// The health now; NOT_FOUND for a service that is not there.
  public static let check = RPCMethod<HealthCheckRequest, HealthCheckResponse>(
    name, "Check", .unary)
  /// The health now and whenever it changes; SERVICE_UNKNOWN for a service that is not there.
  public static let watch = RPCMethod<HealthCheckRequest, HealthCheckResponse>(
    name, "Watch", .serverStreaming)

  public protocol Service: RegistrableRPCService {
    func check(
      _ request: ServerRequest<HealthCheckRequest>, context: ServerContext
    ) async throws -> ServerResponse<HealthCheckResponse>

    func watch(
      _ request: ServerRequest<HealthCheckRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<HealthCheckResponse>
  }

  public struct Client<Transport: ClientTransport>: Sendable {
    private let client: GRPCClient<Transport>

    public init(_ client: GRPCClient<Transport>) { self.client = client }

    public func check(
      service: String = "", metadata: Metadata = [:], options: CallOptions = .defaults
    ) async throws -> HealthCheckResponse.Status {
      try await client.unary(
        Health.check, HealthCheckRequest(service: service), metadata: metadata, options: options
      ).status
    }

    public func watch<Value: Sendable>(
      service: String = "", metadata: Metadata = [:], options: CallOptions = .defaults,
      replies:
        @escaping @Sendable (RPCAsyncSequence<HealthCheckResponse, any Error>) async throws -> Value
    ) async throws -> Value {
      try await client.stream(
        Health.watch, metadata: metadata, options: options,
        requests: { try await $0.write(HealthCheckRequest(service: service)) }, replies: replies)
    }
  }
}

extension Health.Service {
  public func registerMethods<Transport: ServerTransport>(
    with router: inout RPCRouter<Transport>
  ) {
    router.registerSingleInput(Health.check) { request, context in
      StreamingServerResponse(single: try await check(request, context: context))
    }
    router.registerSingleInput(Health.watch) { request, context in
      try await watch(request, context: context)
    }
  }
}
