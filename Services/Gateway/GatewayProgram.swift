import ArgumentParser
import MeshSecurity
import ServiceKit

/// `captionmesh-gateway`: the mesh's door for browsers and for clients that speak HTTP.
@main
struct GatewayProgram: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "captionmesh-gateway",
    abstract: "Serve a mesh over HTTP: a page, REST, the Open Inference Protocol, gRPC.",
    discussion: "Started by `captionmesh mesh up`; `gateway:` in its configuration says where.")

  @Option(help: "The mesh's configuration; without it, the defaults and the environment.")
  var config: String?

  @Option(
    help: ArgumentHelp(
      "A dispatcher's address, instead of this user's mesh; more than one where they serve other "
        + "models.", valueName: "address"))
  var dispatcher: [String] = []

  @OptionGroup var keys: KeyOptions

  @Option(help: "How to log: text or json; by default as the configuration says.")
  var logFormat: LogFormat?

  @Flag(help: "End when standard input ends: the supervisor is gone.")
  var supervised = false

  func run() async throws {
    if supervised { SupervisorWatch.endWithSupervisor() }
    let settings = try MeshConfiguration.load(config)
    await MeshProcess.run(
      "gateway", level: settings.logLevel, format: logFormat ?? settings.logFormat
    ) { logger in
      try await Gateway(
        settings.gateway, dispatchers: dispatcher, keys: keys, logger: logger
      ).services
    }
  }
}
