import NIOCore
import NIOPosix
import ServiceKit
import ServiceLifecycle

/// Tells the supervisor that all threads that answer requests get on; it replaces a gateway that is
/// silent.
struct Heartbeat: Service {
  let directory: RuntimeDirectory

  private static let interval = Duration.seconds(1)

  func run() async throws {
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() {
        try await loop.submit {}.get()
      }
      GatewayRecord.beat(in: directory)
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
    }
  }
}
