import ArgumentParser
import GRPCCore
import ServiceKit
import ZeroMQTransport

/// Where the mesh is and how long to wait for it.
struct MeshOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The dispatcher's address, such as ipc:///run/user/1000/captionmesh/dispatcher.sock or tcp://127.0.0.1:7400; by default the mesh of this user.",
      valueName: "address"))
  var mesh: String?

  @Option(help: "Seconds that one image may take.")
  var timeout = 60

  func validate() throws {
    guard timeout > 0 else { throw ValidationError("--timeout starts at 1 second") }
  }

  /// Connects to the mesh, calls `body`, and disconnects.
  func withClient<Value: Sendable>(
    _ body: @Sendable @escaping (GRPCClient<ZeroMQClientTransport>) async throws -> Value
  ) async throws -> Value {
    let address = try mesh ?? RuntimeDirectory.default.dispatcherAddress
    // Long enough for a machine that is busy, and short enough to be told of it.
    var options = ZeroMQTransportOptions()
    options.connectTimeout = .seconds(4)
    let transport = try ZeroMQClientTransport(address: ZeroMQAddress(address), options: options)
    return try await withGRPCClient(transport: transport) { try await body($0) }
  }
}
