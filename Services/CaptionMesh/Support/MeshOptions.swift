import ArgumentParser
import GRPCCore
import MeshSecurity
import ServiceKit
import Traces
import ZeroMQTransport

/// Where the mesh is.
struct MeshOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The dispatcher's address, such as ipc:///run/user/1000/captionmesh/dispatcher.sock or "
        + "tcp://127.0.0.1:7400; by default the mesh of this user.",
      valueName: "address"))
  var dispatcher: String?

  @OptionGroup var keys: KeyOptions

  /// What goes along with each call: the place in the caller's trace, where the environment has one
  /// in `TRACEPARENT`.
  static var metadata: Metadata {
    guard let value = ThisProcess.environment["TRACEPARENT"],
      let context = TraceContext(traceparent: value)
    else { return [:] }
    return ["traceparent": "\(context.traceparent)"]
  }

  /// Connects to the mesh, calls `body`, and disconnects.
  func withClient<Value: Sendable>(
    role: KeyRole = .client,
    _ body: @Sendable @escaping (GRPCClient<ZeroMQClientTransport>) async throws -> Value
  ) async throws -> Value {
    let address = try ZeroMQAddress(dispatcher ?? Self.ownAddress())
    // Long enough for a machine that is busy, and short enough to be told of it.
    var options = ZeroMQTransportOptions()
    options.connectTimeout = .seconds(4)
    let transport = try ZeroMQClientTransport(
      address: address, security: try keys.security(for: address, role: role), options: options)
    return try await withGRPCClient(transport: transport) { try await body($0) }
  }

  /// The address of this user's mesh, in a directory where nobody else can have put a socket.
  private static func ownAddress() throws -> String {
    let directory = RuntimeDirectory.default
    if directory.exists { try directory.check() }
    return try directory.dispatcherAddress
  }
}
