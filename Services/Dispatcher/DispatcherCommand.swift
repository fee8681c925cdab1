import ArgumentParser
import Dispatching
import Logging
import MeshSecurity
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

  @Flag(help: "End when standard input ends: the supervisor is gone.")
  var supervised = false

  func run() async throws {
    if supervised { SupervisorWatch.endWithSupervisor() }
    let settings = try MeshConfiguration.load(config)
    await MeshProcess.run("dispatcher", level: settings.logLevel) { logger in
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
      let core = DispatchCore(DispatcherConfiguration(settings), logger: logger)
      logger.notice("listening at \(settings.addresses.joined(separator: ", "))")
      return [
        DispatcherServer(
          core,
          transport: try ZeroMQServerTransport(
            addresses: addresses, security: security, options: options),
          interceptors: [RoleInterceptor()], drainTimeout: settings.limits.drainTimeout)
      ]
    }
  }
}
