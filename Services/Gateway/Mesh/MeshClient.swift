import GRPCCore
import MeshAPI
import MeshSecurity
import ServiceKit
import Synchronization
import ZeroMQTransport

/// One mesh: its dispatcher, and how it was when somebody asked last.
final class MeshClient: Sendable {
  let client: GRPCClient<ZeroMQClientTransport>
  let gate: PriorityGate
  private let latest = Mutex<Latest>(Latest())

  /// How old a status may be that is shown.
  private static let freshness = Duration.milliseconds(200)

  private struct Latest {
    var status: StatusReply?
    var time: ContinuousClock.Instant?
    var asking: Task<StatusReply, any Error>?
  }

  init(
    address: ZeroMQAddress, security: ZeroMQClientSecurity?, limits: GatewaySettings.Limits
  ) throws {
    var options = ZeroMQTransportOptions()
    options.connectTimeout = .seconds(2)
    client = GRPCClient(
      transport: try ZeroMQClientTransport(address: address, security: security, options: options))
    gate = PriorityGate(permits: limits.window, queue: limits.queue)
  }

  /// The dispatcher's status, asked for once however many want to know it at a time.
  ///
  /// - Throws: `RPCError` when it does not answer.
  func status() async throws -> StatusReply {
    let asking: Task<StatusReply, any Error> = latest.withLock { latest in
      if let status = latest.status, let time = latest.time, time + Self.freshness > .now {
        return Task { status }
      }
      if let asking = latest.asking { return asking }
      let asking = Task {
        defer { self.latest.withLock { $0.asking = nil } }
        var options = CallOptions.defaults
        // Longer than it takes to hear that there is no dispatcher.
        options.timeout = .seconds(4)
        let status = try await Control.Client(client).status(options: options)
        self.latest.withLock {
          $0.status = status
          $0.time = .now
        }
        return status
      }
      latest.asking = asking
      return asking
    }
    return try await asking.value
  }
}
