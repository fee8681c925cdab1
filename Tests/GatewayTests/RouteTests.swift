import Foundation
import HTTPTypes
import NIOCore
import PrometheusMetrics
import ServiceKit
import Testing
import ZeroMQTransport

@testable import Gateway

@Suite("What is served where")
struct RouteTests {
  private func table() throws -> RouteTable {
    let limits = GatewaySettings.Limits()
    let meshes = Meshes(
      all: [
        try MeshClient(
          address: ZeroMQAddress("ipc:///tmp/none.sock"), security: nil, limits: limits)
      ])
    return Gateway.routes(
      meshes, supervisor: nil, limits, budget: BodyBudget(limit: 1),
      metrics: GatewayMetrics(PrometheusRegistry()))
  }

  @Test("/openapi.json names every route, and nothing else")
  func openAPI() throws {
    let document = try JSONSerialization.jsonObject(with: Data(PackageResources.openapi_json))
    let paths = try #require((document as? [String: Any])?["paths"] as? [String: [String: Any]])
    let described = paths.flatMap { path, item in item.keys.map { "\($0.uppercased()) \(path)" } }
    let served = try table().routes.map { "\($0.method.rawValue) \($0.path)" }
    #expect(described.sorted() == served.sorted())
  }

  @Test("the first view is less than 100 KB")
  func size() {
    #expect(Page.files.reduce(0) { $0 + $1.page.content.readableBytes } < 100_000)
  }

  @Test("paths lead to routes and nowhere else")
  func matching() throws {
    let table = try table()
    guard case .route(let route, let parameters) = table.match(.get, "/v2/models/a%20b/ready")
    else {
      Issue.record("no route")
      return
    }
    #expect(route.path == "/v2/models/{model}/ready")
    #expect(parameters == ["model": "a b"])
    for path in [
      "/v2/models//ready", "/v1/models/", "//v1/models", "/../etc/passwd", "/%2e%2e/etc/passwd",
      "/page.css/..", "/v2/models/%zz", "", "v1/models", "/v2/models/a/ready/b",
    ] {
      guard case .nothing = table.match(.get, path) else {
        Issue.record("\(path) leads somewhere")
        continue
      }
    }
    guard case .methods(let methods, _) = table.match(.delete, "/v1/models") else {
      Issue.record("another method is not told")
      return
    }
    #expect(Set(methods) == [.get, .head])
  }
}
