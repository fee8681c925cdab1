import FoundationEssentials
import GRPCCore
import Hummingbird
import MeshAPI
import MeshSecurity
import ServiceKit
import ZeroMQTransport

/// What there is to see of the mesh and to change in it: `/v1/models`, `/v1/mesh`,
/// `/v1/mesh/scale`, `/v1/mesh/drain`.
struct MeshRoutes: Sendable {
  let meshes: Meshes
  /// nil where the mesh's supervisor is on another machine.
  let supervisor: GRPCClient<ZeroMQClientTransport>?
  let reader: BodyReader

  /// These requests are small.
  private static let bodyLimit = 4_096

  var routes: [Route] {
    [
      Route(.get, "/v1/models", role: .client, handler: models),
      Route(.get, "/v1/mesh", role: .client, handler: mesh),
      Route(.post, "/v1/mesh/scale", role: .administrator, handler: scale),
      Route(.post, "/v1/mesh/drain", role: .administrator, handler: drain),
    ]
  }

  private struct Models: Encodable {
    let `default` = ServedModel.defaultName
    let models: [ServedModel]
    let beams = [DecodeOptions.beams.lowerBound, DecodeOptions.beams.upperBound]
  }

  @Sendable
  private func models(_ request: Request, _ call: Call) async throws -> Response {
    try checkQuery(request)
    return .json(Models(models: await meshes.models()))
  }

  /// The dispatcher's account, as `captionmesh mesh status --json` gives it.
  private struct Account: Encodable {
    let dispatcher: StatusReply
    let supervisor: SupervisorStatusReply?
    let role: String

    enum CodingKeys: String, CodingKey { case supervisor, role }

    func encode(to encoder: any Swift.Encoder) throws {
      try dispatcher.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encodeIfPresent(supervisor, forKey: .supervisor)
      try container.encode(role, forKey: .role)
    }
  }

  @Sendable
  private func mesh(_ request: Request, _ call: Call) async throws -> Response {
    try checkQuery(request)
    let status = try await meshes.own.status()
    return .json(
      Account(
        dispatcher: status, supervisor: await supervisorStatus(), role: call.role.rawValue))
  }

  private func supervisorStatus() async -> SupervisorStatusReply? {
    guard let supervisor else { return nil }
    var options = CallOptions.defaults
    options.timeout = .milliseconds(500)
    return try? await Supervisor.Client(supervisor).status(options: options)
  }

  // MARK: Changes

  private struct Counts: Codable {
    let counts: [String: Int]
  }

  @Sendable
  private func scale(_ request: Request, _ call: Call) async throws -> Response {
    let counts: [String: Int] = try await decode(request)
    guard !counts.isEmpty else {
      throw Problem.badRequest("expected an object such as {\"encoder\": 3}")
    }
    guard let supervisor else {
      throw Problem(.unimplemented, "this mesh’s processes are looked after on another machine")
    }
    var options = CallOptions.defaults
    options.timeout = .seconds(5)
    try await Supervisor.Client(supervisor).scale(ScaleRequest(counts: counts), options: options)
    return .json(Counts(counts: counts), status: .accepted)
  }

  private struct Drained: Codable {
    let worker: UInt64
  }

  /// Lets a worker finish what it has and leave; the supervisor starts another in its place.
  @Sendable
  private func drain(_ request: Request, _ call: Call) async throws -> Response {
    let wanted: Drained = try await decode(request)
    let mesh = meshes.own
    let stages = try await mesh.status().stages
    guard stages.flatMap(\.workers).contains(where: { $0.id == wanted.worker }) else {
      throw Problem(.notFound, "there is no worker \(wanted.worker)")
    }
    // It answers once the worker is gone, which may take its time.
    Task { try? await Control.Client(mesh.client).drain(DrainRequest(worker: wanted.worker)) }
    return .json(wanted, status: .accepted)
  }

  private func decode<Value: Decodable>(_ request: Request) async throws -> Value {
    try checkQuery(request)
    // Forms of other pages cannot send this type.
    guard HeaderParameters(request.headers[.contentType] ?? "").value == "application/json" else {
      throw Problem(.unsupportedMediaType, .invalidArgument, "send application/json")
    }
    let body = try await reader.read(request, limit: Self.bodyLimit)
    do {
      return try JSONDecoder().decode(Value.self, from: Data(body.bytes))
    } catch {
      throw Problem.badRequest("the body is not the JSON that /openapi.json describes")
    }
  }

  private func checkQuery(_ request: Request) throws(Problem) {
    guard request.uri.query?.isEmpty ?? true else {
      throw .badRequest("this takes no parameters")
    }
  }
}
