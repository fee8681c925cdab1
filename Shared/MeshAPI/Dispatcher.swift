public import GRPCCore

/// `captionmesh.v1.Dispatcher`: how a worker serves. It dials out, says who it is, grants credit,
/// gets tasks and returns results until either side has had enough.
public enum Dispatcher {
  public static let name = "captionmesh.v1.Dispatcher"
  public static let work = RPCMethod<WorkerMessage, DispatcherMessage>(
    name, "Work", .bidirectionalStreaming)

  public protocol Service: RegistrableRPCService {
    func work(
      _ request: StreamingServerRequest<WorkerMessage>, context: ServerContext
    ) async throws -> StreamingServerResponse<DispatcherMessage>
  }

  public struct Client<Transport: ClientTransport>: Sendable {
    private let client: GRPCClient<Transport>

    public init(_ client: GRPCClient<Transport>) { self.client = client }

    public func work<Value: Sendable>(
      metadata: Metadata = [:], options: CallOptions = .defaults,
      requests: @escaping @Sendable (RPCWriter<WorkerMessage>) async throws -> Void,
      replies:
        @escaping @Sendable (RPCAsyncSequence<DispatcherMessage, any Error>) async throws -> Value
    ) async throws -> Value {
      try await client.stream(
        Dispatcher.work, metadata: metadata, options: options, requests: requests,
        replies: replies)
    }
  }
}

extension Dispatcher.Service {
  public func registerMethods<Transport: ServerTransport>(
    with router: inout RPCRouter<Transport>
  ) {
    router.register(Dispatcher.work) { request, context in
      try await work(request, context: context)
    }
  }
}
