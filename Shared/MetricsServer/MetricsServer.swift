public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
public import ServiceLifecycle
import Synchronization

/// Serves one text over HTTP/1.1 at `/metrics` of a loopback address, for Prometheus.
///
/// Each connection has one request, is closed after its answer, and is cut off when it sends too
/// much or takes too long; there are few at a time.
public struct MetricsServer: Service {
  /// What a connection may take.
  public struct Limits: Sendable {
    /// Bytes of a request.
    public var requestBytes = 8192
    /// From the connection's beginning to its end.
    public var time: Duration = .seconds(5)
    public var connections = 16

    public init() {}
  }

  private let group: MultiThreadedEventLoopGroup
  private let channel: any Channel
  private let logger: Logger

  /// Where the metrics are read, such as "http://127.0.0.1:9464/metrics".
  public let address: String

  /// Listens at a port of 127.0.0.1.
  ///
  /// - Parameters:
  ///   - port: 0 for a free one.
  ///   - limits: bounds on connections and requests.
  ///   - logger: where what goes wrong is noted.
  ///   - text: makes the answer of each request.
  /// - Throws: what the system says when the port is not to be had.
  public init(
    port: Int, limits: Limits = Limits(), logger: Logger,
    text: @escaping @Sendable () async -> String
  ) async throws {
    self.logger = logger
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let connections = ConnectionCount()
    do {
      channel = try await ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: 16)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelInitializer { channel in
          guard connections.begin(limits.connections) else { return channel.close() }
          channel.closeFuture.whenComplete { _ in connections.end() }
          let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(limits.time)) {
            channel.close(promise: nil)
          }
          channel.closeFuture.whenComplete { _ in deadline.cancel() }
          return channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(RequestSizeLimit(limits.requestBytes))
            try pipeline.configureHTTPServerPipeline(
              withPipeliningAssistance: false, withErrorHandling: true)
            try pipeline.addHandler(MetricsHandler(text: text))
          }
        }
        .childChannelOption(.maxMessagesPerRead, value: 1)
        .bind(host: "127.0.0.1", port: port).get()
    } catch {
      try? await group.shutdownGracefully()
      throw error
    }
    self.group = group
    address = "http://127.0.0.1:\(channel.localAddress?.port ?? port)/metrics"
  }

  /// Serves until asked to stop.
  public func run() async throws {
    logger.notice("metrics at \(address)")
    await withTaskCancellationOrGracefulShutdownHandler {
      try? await channel.closeFuture.get()
      guard !Task.isCancelled, !Task.isShuttingDownGracefully else { return }
      // Who is watched goes on when nobody can look.
      logger.error("\(address) closed by itself; there are no metrics any more")
      try? await gracefulShutdown()
    } onCancelOrGracefulShutdown: {
      channel.close(promise: nil)
    }
    try? await group.shutdownGracefully()
  }
}

/// How many connections there are.
final class ConnectionCount: Sendable {
  private let count = Mutex(0)

  /// False when there are as many as may be.
  func begin(_ limit: Int) -> Bool {
    count.withLock { count in
      guard count < limit else { return false }
      count += 1
      return true
    }
  }

  func end() { count.withLock { $0 -= 1 } }
}
