import ArgumentParser
import Dispatching
import Logging
import MeshSecurity
import Metrics
import MetricsServer
import PrometheusMetrics
import ServiceKit
import ServiceLifecycle
import ZeroMQTransport

@main
struct DispatcherCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "captionmesh-dispatcher",
    abstract: "The mesh's dispatcher: queues between the stages, for workers that dial in.")

  @Option(help: "The mesh's configuration; without it, the defaults and the environment.")
  var config: String?

  @Option(help: "Write the spans of requests to this file, as OpenTelemetry's JSON lines.")
  var trace: String?

  @Option(help: "How to log: text or json; by default as the configuration says.")
  var logFormat: LogFormat?

  @Flag(help: "End when standard input ends: the supervisor is gone.")
  var supervised = false

  func run() async throws {
    if supervised { SupervisorWatch.endWithSupervisor() }
    var settings = try MeshConfiguration.load(config)
    settings.logFormat = logFormat ?? settings.logFormat
    settings.trace = trace ?? settings.trace
    await serve(settings)
  }

  private func serve(_ settings: MeshConfiguration) async -> Never {
    await MeshProcess.run(
      "dispatcher", level: settings.logLevel, format: settings.logFormat
    ) { logger in
      let addresses = try settings.addresses.map { try ZeroMQAddress($0) }
      guard !addresses.isEmpty else {
        throw ServiceError(.configuration, "addresses: the dispatcher needs one to listen at")
      }
      // A connection that breaks says so at once. A worker that is silent on one that does not gets
      // no work after three heartbeats; what it sends when it is back is to be counted.
      var options = ZeroMQTransportOptions()
      options.missedPings = 20
      // What clients send before it is admitted or refused counts as well.
      options.limits.maxUnreadBytesPerPeer = settings.limits.clientBytes
      options.limits.maxStreamsPerPeer = settings.limits.clientCalls
      options.limits.maxFrameBytes = settings.limits.frameBytes
      options.limits.maxMessageBytes = settings.limits.messageBytes
      let security = try settings.serverSecurity(logger: logger)
      let registry = PrometheusRegistry(DispatchMetrics.descriptions)
      MetricsSystem.bootstrap(registry)
      let trace = try settings.trace.flatMap { try TraceWriter.open($0, logger: logger) }
      let core = DispatchCore(
        DispatcherConfiguration(settings), logger: logger, metrics: registry, spans: trace?.file)
      let metrics = await metricsServer(settings, core, registry, logger)
      await core.announce(metrics: metrics?.address)
      logger.notice("listening at \(settings.addresses.joined(separator: ", "))")
      let observers: [(any Service)?] = [trace, metrics]
      return observers.compactMap(\.self) + [
        DispatcherServer(
          core,
          transport: try ZeroMQServerTransport(
            addresses: addresses, security: security, options: options),
          interceptors: [RoleInterceptor()], drainTimeout: settings.limits.drainTimeout)
      ]
    }
  }

  /// A mesh without metrics captions all the same.
  private func metricsServer(
    _ settings: MeshConfiguration, _ core: DispatchCore, _ registry: PrometheusRegistry,
    _ logger: Logger
  ) async -> MetricsServer? {
    guard let port = settings.metricsPort else { return nil }
    do {
      return try await MetricsServer(port: port, logger: logger) {
        await core.refreshMetrics()
        return registry.text
      }
    } catch {
      logger.error(
        "no metrics: 127.0.0.1:\(port) cannot be listened at (\(error)); set metrics_port")
      return nil
    }
  }
}
