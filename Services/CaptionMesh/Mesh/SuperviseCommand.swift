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
    await MeshProcess.run(
      "supervisor", level: plan.configuration.logLevel, format: plan.configuration.logFormat
    ) { logger in
      let dispatcher = GRPCClient(
        transport: try ZeroMQClientTransport(
          address: ZeroMQAddress(try directory.dispatcherAddress)))
      let account = MeshAccount(client: dispatcher, directory: directory)
      let supervisor = try ProcessSupervisor(
        try plan.roles(), in: directory, logger: logger,
        readiness: { await account.working(among: $0) },
        stuckProcesses: { await account.stuck(among: $0) })
      let server = GRPCServer(
        transport: try ZeroMQServerTransport(
          addresses: [ZeroMQAddress(try directory.supervisorAddress)]),
        services: [SupervisorService(supervisor, plan: plan)])
      return [
        ClientConnection(dispatcher), SupervisorServer(server: server),
        RestartReports(supervisor: supervisor, dispatcher: dispatcher),
        SupervisedProcesses(supervisor: supervisor),
      ]
    }
  }
}

/// What the dispatcher says of the mesh's processes, and the gateway of itself.
private actor MeshAccount {
  private let client: GRPCClient<ZeroMQClientTransport>
  // A machine's sleep is nobody's silence.
  private let start = SuspendingClock.now
  private var watch = ProgressWatch()
  private var heartbeats = HeartbeatWatch()
  private let directory: RuntimeDirectory

  init(client: GRPCClient<ZeroMQClientTransport>, directory: RuntimeDirectory) {
    self.client = client
    self.directory = directory
  }

  func working(among asked: Set<Int32>) async -> Set<Int32> {
    guard let status = await status() else { return asked.intersection(gateway) }
    let working = status.stages.flatMap(\.workers).map(\.pid) + [status.pid]
    return asked.intersection(gateway.union(working.map { Int32(truncatingIfNeeded: $0) }))
  }

  func stuck(among asked: Set<Int32>) async -> Set<Int32> {
    let status = await status()
    let now = start.duration(to: .now)
    // The dispatcher knows nothing of the gateway.
    let gateway = gateway
    let stuck = watch.stuck(among: asked.subtracting(gateway), status, at: now)
    let isSilent = heartbeats.isSilent(GatewayRecord.lastBeat(in: directory), at: now)
    return isSilent ? stuck.union(asked.intersection(gateway)) : stuck
  }

  private var gateway: Set<Int32> {
    Set(GatewayRecord(in: directory).map { [Int32(truncatingIfNeeded: $0.pid)] } ?? [])
  }

  private func status() async -> StatusReply? {
    var options = CallOptions.defaults
    options.timeout = .seconds(2)
    return try? await Control.Client(client).status(options: options)
      .limited(to: ThisProcess.host)
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
