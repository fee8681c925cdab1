import GRPCCore
import Glibc
import Logging
import MeshSecurity
import Metrics
import PrometheusMetrics
import ServiceKit
import ServiceLifecycle
import ZeroMQTransport

/// What the process is made of.
struct Gateway {
  let services: [any Service]

  /// - Parameter dispatchers: their addresses, before those of the settings; none: this user's mesh.
  init(
    _ settings: GatewaySettings, dispatchers: [String], keys: KeyOptions, logger: Logger
  ) async throws {
    guard settings.isLoopback || settings.tokens != nil else {
      throw ServiceError(
        .configuration,
        "gateway: \(settings.address) can be reached from other machines, and there are no tokens; "
          + "name a file of them with `tokens:`, or listen at 127.0.0.1")
    }
    Self.raiseFileLimit()
    let tokens = try settings.tokens.map { try BearerTokens(path: $0) }
    let certificate = try Certificate(settings)
    let directory = RuntimeDirectory.default
    let first = dispatchers.isEmpty ? [try directory.dispatcherAddress] : dispatchers
    let meshes = Meshes(
      all: try (first + settings.meshes).map { address in
        let address = try ZeroMQAddress(address)
        return try MeshClient(
          address: address, security: try keys.security(for: address, role: .administrator),
          limits: settings.limits)
      })
    let supervisor =
      dispatchers.isEmpty
      ? GRPCClient(
        transport: try ZeroMQClientTransport(
          address: ZeroMQAddress(try directory.supervisorAddress)))
      : nil
    let registry = PrometheusRegistry(GatewayMetrics.descriptions)
    MetricsSystem.bootstrap(registry)
    let metrics = GatewayMetrics(registry)
    let budget = BodyBudget(limit: settings.limits.bytes)
    let table = Self.routes(
      meshes, supervisor: supervisor, settings.limits, budget: budget, metrics: metrics)
    let responder = GatewayResponder(
      routes: table, access: AccessRules(settings, tokens: tokens),
      metrics: metrics, logger: logger)
    let account = DoorAccount(directory: dispatchers.isEmpty ? directory : nil)
    var services: [any Service] = meshes.all.map { ClientConnection($0.client) }
    if let supervisor {
      services += [ClientConnection(supervisor), Heartbeat(directory: directory)] as [any Service]
    }
    if settings.grpcPort != nil {
      services.append(
        RPCDoor(
          settings: settings, certificate: certificate, meshes: meshes, tokens: tokens,
          budget: budget, metrics: metrics, account: account, logger: logger))
    }
    services.append(
      HTTPDoor(
        settings: settings, certificate: certificate, responder: responder, metrics: metrics,
        account: account, logger: logger))
    self.services = services
  }

  /// Everything that is served over HTTP.
  static func routes(
    _ meshes: Meshes, supervisor: GRPCClient<ZeroMQClientTransport>?,
    _ limits: GatewaySettings.Limits, budget: BodyBudget, metrics: GatewayMetrics
  ) -> RouteTable {
    let reader = BodyReader(
      limit: limits.requestBytes, timeout: limits.sendTimeout, budget: budget)
    let captions = CaptionRoutes(meshes: meshes, reader: reader, limits: limits, metrics: metrics)
    let inference = InferenceRoutes(
      meshes: meshes, reader: reader, limits: limits, metrics: metrics)
    let mesh = MeshRoutes(meshes: meshes, supervisor: supervisor, reader: reader)
    let operation = OperationRoutes(meshes: meshes, budget: budget, metrics: metrics)
    return RouteTable(
      routes: Page.routes + operation.routes + captions.routes + mesh.routes + inference.routes)
  }

  /// A connection is a file to the system, and the usual limit for files is a thousand.
  private static func raiseFileLimit() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = min(limit.rlim_max, 65_536)
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
