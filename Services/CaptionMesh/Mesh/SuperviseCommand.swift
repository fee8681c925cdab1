import ArgumentParser
import GRPCCore
import Logging
import MeshAPI
import ServiceKit
import ServiceLifecycle
import Supervision
import ZeroMQTransport

/// `captionmesh mesh supervise`: the process that `up` leaves behind.
struct SuperviseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "supervise",
    abstract: "Run a mesh in the foreground until a signal or `down` ends it.",
    shouldDisplay: false)

  @OptionGroup var settings: MeshSettings

  func run() async throws {
    let directory = RuntimeDirectory.default
    try directory.create()
    let plan = try settings.plan(directory, programs: ThisProgram.folder)
    await MeshProcess.run("supervisor", level: plan.configuration.logLevel) { logger in
      let dispatcher = GRPCClient(
        transport: try ZeroMQClientTransport(
          address: ZeroMQAddress(try directory.dispatcherAddress)))
      let supervisor = try ProcessSupervisor(try plan.roles(), in: directory, logger: logger) {
        asked in
        guard let status = try? await Control.Client(dispatcher).status() else { return [] }
        let working = status.stages.flatMap(\.workers).map(\.pid) + [status.pid]
        return asked.intersection(working.map(Int32.init))
      }
      let server = GRPCServer(
        transport: try ZeroMQServerTransport(
          addresses: [ZeroMQAddress(try directory.supervisorAddress)]),
        services: [SupervisorService(supervisor, plan: plan)])
      return [
        ClientConnection(dispatcher), SupervisorServer(server: server),
        SupervisedProcesses(supervisor: supervisor),
      ]
    }
  }
}

/// The supervisor's own door.
private struct SupervisorServer<Transport: ServerTransport>: Service {
  let server: GRPCServer<Transport>

  func run() async throws {
    try await withGracefulShutdownHandler {
      try await server.serve()
    } onGracefulShutdown: {
      server.beginGracefulShutdown()
    }
  }
}

/// The processes, which all end before this does.
private struct SupervisedProcesses: Service {
  let supervisor: ProcessSupervisor

  func run() async throws {
    await withGracefulShutdownHandler {
      await supervisor.run()
    } onGracefulShutdown: {
      Task { await supervisor.stop() }
    }
  }
}
