import GRPCCore
import Hummingbird
import MeshAPI

/// `/healthz`, `/readyz`, `/metrics`, `/openapi.json`.
struct OperationRoutes: Sendable {
  let meshes: Meshes
  let budget: BodyBudget
  let metrics: GatewayMetrics

  var routes: [Route] {
    [
      Route(.get, "/healthz", handler: healthz), Route(.get, "/readyz", handler: readyz),
      Route(.get, "/metrics", handler: scrape),
      Route(.get, "/openapi.json", handler: openAPI),
    ]
  }

  /// The gateway itself answers.
  @Sendable
  private func healthz(_ request: Request, _ call: Call) async throws -> Response {
    .json(["status": "ok"])
  }

  /// The mesh takes photographs.
  @Sendable
  private func readyz(_ request: Request, _ call: Call) async throws -> Response {
    guard let status = try? await meshes.own.status(), status.ready, !status.draining else {
      throw Problem(.unavailable, "the mesh is not ready")
    }
    return .json(["status": "ready"])
  }

  @Sendable
  private func scrape(_ request: Request, _ call: Call) async throws -> Response {
    let waiting = meshes.all.reduce(0) { $0 + $1.gate.waiting }
    return .text(
      metrics.text(requestBytes: budget.bytes, waiting: waiting),
      type: "text/plain; version=0.0.4; charset=utf-8")
  }

  @Sendable
  private func openAPI(_ request: Request, _ call: Call) async throws -> Response {
    Page.openAPI.response(to: request)
  }
}
