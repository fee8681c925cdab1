import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import ServiceKit
import ServiceLifecycle

/// Listens for HTTP. Where the port is somebody else's it says so, and tries again until it is not.
struct HTTPDoor: Service {
  let settings: GatewaySettings
  let certificate: Certificate?
  let responder: GatewayResponder
  let metrics: GatewayMetrics
  let account: DoorAccount
  let logger: Logger

  private static let retryDelay = Duration.seconds(2)
  /// How long a connection may be open without asking anything.
  private static let idleTimeout = Duration.seconds(60)

  func run() async throws {
    var isFirst = true
    defer { Task { await account.closed() } }
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      do {
        try await serve()
        return
      } catch let error as IOError {
        let place = "\(settings.address):\(settings.port)"
        let reason =
          error.errnoCode == EADDRINUSE
          ? "\(place) is taken by another program"
          : "\(place) cannot be listened at (\(error.description))"
        let problem =
          "\(reason); the mesh goes on without its gateway, which opens once it can; "
          + "another port is set with `gateway: {port: N}` or CAPTIONMESH_GATEWAY_PORT"
        if isFirst { logger.error("\(problem)") }
        isFirst = false
        try await account.failed(problem)
      }
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.retryDelay) }
    }
  }

  private func serve() async throws {
    var quiet = logger
    quiet.logLevel = .error
    let limits = settings.limits
    let http1 = HTTPServerBuilder.http1(
      configuration: HTTP1Channel.Configuration(
        additionalChannelHandlers: [
          ConnectionGuard(
            headTimeout: Self.idleTimeout, bodyTimeout: limits.sendTimeout + .seconds(5),
            metrics: metrics)
        ],
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)))
    let server =
      try certificate.map { try .tls(http1, tlsConfiguration: $0.configuration) } ?? http1
    let application = Application(
      responder: responder, server: server,
      configuration: ApplicationConfiguration(
        address: .hostname(settings.address, port: settings.port), backlog: 1_024,
        availableConnectionsDelegate: .maximum(limits.connections, logger: quiet)),
      onServerRunning: { channel in await opened(channel) }, logger: quiet)
    try await application.run()
  }

  private func opened(_ channel: any Channel) async {
    let port = channel.localAddress?.port ?? settings.port
    let host = settings.address.contains(":") ? "[\(settings.address)]" : settings.address
    let address = "\(certificate == nil ? "http" : "https")://\(host):\(port)"
    logger.notice("listening at \(address)")
    do {
      try await account.opened(address: address)
    } catch {
      logger.error("\(error)")
    }
  }
}
