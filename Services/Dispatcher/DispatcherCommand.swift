import ArgumentParser
import Dispatching
import Logging
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
      let core = DispatchCore(DispatcherConfiguration(settings), logger: logger)
      logger.notice("listening at \(settings.addresses.joined(separator: ", "))")
      return [
        DispatcherServer(
          core, transport: try ZeroMQServerTransport(addresses: addresses),
          drainTimeout: settings.limits.drainTimeout)
      ]
    }
  }
}
