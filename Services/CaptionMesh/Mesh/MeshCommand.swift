import ArgumentParser
import GRPCCore
import MeshAPI
import ServiceKit
import ZeroMQTransport

/// `captionmesh mesh`.
struct MeshCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mesh",
    abstract: "Start, scale, watch and stop a mesh on this machine.",
    discussion: """
      A mesh lives in a runtime directory with its sockets and logs: $CAPTIONMESH_RUNTIME, else \
      $XDG_RUNTIME_DIR/captionmesh, else /tmp/captionmesh-UID. Meshes in different directories do \
      not disturb each other.
      """,
    subcommands: [
      UpCommand.self, ScaleCommand.self, StatusCommand.self, DownCommand.self, LogsCommand.self,
      SuperviseCommand.self, ChaosCommand.self,
    ])
}

/// How the mesh commands reach what runs.
enum MeshConnection {
  /// Asks a process of the mesh something; it has `patience` to answer at all.
  static func ask<Value: Sendable>(
    _ address: String, patience: Duration = .seconds(2),
    _ question: @Sendable @escaping (GRPCClient<ZeroMQClientTransport>) async throws -> Value
  ) async throws -> Value {
    var options = ZeroMQTransportOptions()
    options.connectTimeout = patience
    let transport = try ZeroMQClientTransport(address: ZeroMQAddress(address), options: options)
    return try await withGRPCClient(transport: transport) { try await question($0) }
  }

  /// The dispatcher's account of the mesh; nil when it does not answer.
  static func dispatcherStatus(_ directory: RuntimeDirectory) async -> StatusReply? {
    guard let address = try? directory.dispatcherAddress else { return nil }
    return try? await ask(address, patience: .milliseconds(500)) {
      try await Control.Client($0).status()
    }
  }

  /// The supervisor's account of its processes; nil when it does not answer.
  static func supervisorStatus(_ directory: RuntimeDirectory) async -> SupervisorStatusReply? {
    guard let address = try? directory.supervisorAddress else { return nil }
    return try? await ask(address, patience: .milliseconds(500)) {
      try await Supervisor.Client($0).status()
    }
  }
}
