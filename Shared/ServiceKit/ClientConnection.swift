public import GRPCCore
public import ServiceLifecycle

/// Keeps a client's connections up for the services that come after it.
public struct ClientConnection<Transport: ClientTransport>: Service {
  private let client: GRPCClient<Transport>

  public init(_ client: GRPCClient<Transport>) { self.client = client }

  public func run() async throws {
    try await withGracefulShutdownHandler {
      try await client.runConnections()
    } onGracefulShutdown: {
      client.beginGracefulShutdown()
    }
  }
}
