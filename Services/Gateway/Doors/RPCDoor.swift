import GRPCCore
import GRPCNIOTransportHTTP2
import Logging
import MeshSecurity
import NIOCore
import ServiceKit
import ServiceLifecycle

/// Listens for gRPC over HTTP/2. Where the port is somebody else's it says so, and tries again until
/// it is not.
struct RPCDoor: Service {
  let settings: GatewaySettings
  let certificate: Certificate?
  let meshes: Meshes
  let tokens: BearerTokens?
  let budget: BodyBudget
  let metrics: GatewayMetrics
  let account: DoorAccount
  let logger: Logger

  private static let retryDelay = Duration.seconds(2)

  func run() async throws {
    var isFirst = true
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      do {
        try await serve()
        return
      } catch  where !Task.isCancelled {
        if isFirst {
          logger.error(
            """
            no gRPC: \(settings.address):\(settings.grpcPort ?? 0) cannot be listened at (\(error)); \
            set grpc_port, or grpc: off; trying again
            """)
        }
        isFirst = false
      }
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.retryDelay) }
    }
  }

  private func serve() async throws {
    let security: HTTP2ServerTransport.Posix.TransportSecurity =
      certificate.map { certificate in
        .tls(
          certificateChain: [.file(path: certificate.chain, format: .pem)],
          privateKey: .file(path: certificate.privateKey, format: .pem))
      } ?? .plaintext
    var configuration = HTTP2ServerTransport.Posix.Config.defaults
    configuration.rpc.maxRequestPayloadSize = settings.limits.requestBytes
    configuration.http2.maxConcurrentStreams = 256
    let ledger = StreamLedger(budget)
    let timeout = settings.limits.sendTimeout
    let connections = ConnectionCount(limit: settings.limits.connections)
    configuration.channelDebuggingCallbacks.onAcceptTCPConnection = { connections.add($0) }
    configuration.channelDebuggingCallbacks.onAcceptHTTP2Stream = { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(
          StreamGuard(ledger, timeout: timeout), position: .first)
      }
    }
    let port = settings.grpcPort ?? 0
    let transport = HTTP2ServerTransport.Posix(
      address: settings.address.contains(":")
        ? .ipv6(host: settings.address, port: port) : .ipv4(host: settings.address, port: port),
      transportSecurity: security, config: configuration)
    let server = GRPCServer(
      transport: transport,
      services: [
        MeshPassage(meshes: meshes, tokens: tokens, ledger: ledger, metrics: metrics)
      ])
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask {
        try await withGracefulShutdownHandler {
          try await server.serve()
        } onGracefulShutdown: {
          server.beginGracefulShutdown()
        }
      }
      guard let address = try await server.listeningAddress else { return }
      let place = "\(settings.address):\(address.ipv4?.port ?? address.ipv6?.port ?? port)"
      logger.notice("gRPC at \(place)")
      try await account.opened(grpc: place)
    }
  }
}
