import Metrics
import PrometheusMetrics
import ServiceKit
import Synchronization

/// What the gateway counts, for Prometheus.
struct GatewayMetrics: Sendable {
  static let descriptions = [
    MetricDescription(
      "captionmesh_gateway_requests_total", "Requests answered, by route and HTTP status."),
    MetricDescription(
      "captionmesh_gateway_request_duration_seconds",
      "From a request's head to its answer's, by route."),
    MetricDescription(
      "captionmesh_gateway_photographs_total", "Photographs that came, by outcome."),
    MetricDescription("captionmesh_gateway_calls_total", "Calls over gRPC, by method and status."),
    MetricDescription("captionmesh_gateway_connections", "HTTP connections that are open."),
    MetricDescription("captionmesh_gateway_request_bytes", "Bytes of requests that are held."),
    MetricDescription("captionmesh_gateway_waiting", "Photographs that wait to enter the mesh."),
    MetricDescription(
      "captionmesh_gateway_resident_memory_bytes", "Resident memory of the gateway."),
    MetricDescription("captionmesh_gateway_build_info", "1, with the version as label."),
  ]

  private final class Connections: Sendable {
    let count = Mutex(0)
  }

  let registry: PrometheusRegistry
  private let connections = Connections()

  init(_ registry: PrometheusRegistry) {
    self.registry = registry
    meter("captionmesh_gateway_build_info", 1, [("version", ThisProcess.build)])
  }

  func answered(_ route: String, _ status: Int, after duration: Duration) {
    Counter(
      label: "captionmesh_gateway_requests_total",
      dimensions: [("route", route), ("status", "\(status)")], factory: registry
    ).increment()
    Metrics.Timer(
      label: "captionmesh_gateway_request_duration_seconds", dimensions: [("route", route)],
      factory: registry
    ).record(duration: duration)
  }

  func captioned(_ outcome: String) {
    Counter(
      label: "captionmesh_gateway_photographs_total", dimensions: [("outcome", outcome)],
      factory: registry
    ).increment()
  }

  func called(_ method: String, _ status: String) {
    Counter(
      label: "captionmesh_gateway_calls_total",
      dimensions: [("method", method), ("status", status)], factory: registry
    ).increment()
  }

  func connectionOpened() { connections.count.withLock { $0 += 1 } }
  func connectionClosed() { connections.count.withLock { $0 -= 1 } }

  /// The exposition, with what is there at this moment.
  func text(requestBytes: Int, waiting: Int) -> String {
    meter("captionmesh_gateway_connections", connections.count.withLock { $0 })
    meter("captionmesh_gateway_request_bytes", requestBytes)
    meter("captionmesh_gateway_waiting", waiting)
    meter("captionmesh_gateway_resident_memory_bytes", ThisProcess.residentBytes)
    return registry.text
  }

  private func meter(_ name: String, _ value: Int, _ labels: [(String, String)] = []) {
    Meter(label: name, dimensions: labels, factory: registry).set(value)
  }
}
