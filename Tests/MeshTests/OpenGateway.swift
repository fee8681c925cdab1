import Foundation
import Testing

/// A mesh with its door open, and what its status says of it.
struct OpenGateway {
  let mesh: TestMesh
  let url: String
  let grpc: String
  let pid: Int

  /// - Parameter settings: of the environment, such as `CAPTIONMESH_GATEWAY_TOKENS`.
  init(_ settings: [String: String] = [:]) throws {
    mesh = try TestMesh(
      ["--encoders", "1"],
      environment: [
        "CAPTIONMESH_GATEWAY_SERVE": "on", "CAPTIONMESH_GATEWAY_PORT": "0",
        "CAPTIONMESH_GATEWAY_GRPC_PORT": "0",
      ].merging(settings) { $1 })
    let gateway = try #require(try Self.account(of: mesh))
    url = try #require(gateway["address"] as? String)
    grpc = try #require(gateway["grpc"] as? String)
    pid = try #require(gateway["pid"] as? Int)
  }

  /// What a mesh's status says of its gateway.
  static func account(of mesh: TestMesh) throws -> [String: Any]? {
    try mesh.run(["mesh", "status", "--json"]).object?["gateway"] as? [String: Any]
  }
}
