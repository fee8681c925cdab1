public import ArgumentParser
import GRPCCore
import Logging
import MeshSecurity
import ServiceLifecycle
import ZeroMQTransport

/// What the program of every stage is told, and how it runs.
public struct WorkerOptions: ParsableArguments {
  @Option(
    help: "The dispatcher's address, such as ipc:///run/user/1000/captionmesh/dispatcher.sock.")
  public var dispatcher: String?

  @OptionGroup public var keys: KeyOptions

  @Flag(help: "End when standard input ends: the supervisor is gone.")
  public var supervised = false

  @Option(help: "Threads of one batch.")
  public var threads = 1

  @Option(help: "Most items of one batch.")
  public var maxBatch = 4

  @Option(help: "What to log: trace, debug, info, notice, warning, error or critical.")
  public var logLevel = "info"

  @Option(help: "How to log: text or json.")
  public var logFormat = LogFormat.text

  public init() {}

  public func validate() throws {
    guard threads > 0, maxBatch > 0 else {
      throw ValidationError("--threads and --max-batch start at 1")
    }
    guard Logger.Level(rawValue: logLevel) != nil else {
      throw ValidationError("--log-level \(logLevel) is no level")
    }
  }

  /// Connects to the dispatcher and works for it until asked to leave; then exits.
  ///
  /// - Parameters:
  ///   - name: what its log says.
  ///   - makeWorker: loads what the stage needs; what it throws ends the process with exit code 1
  ///     and its message.
  public func run<Worker: StageWorker>(
    _ name: String, makeWorker: @escaping () throws -> Worker
  ) async -> Never {
    if supervised { SupervisorWatch.endWithSupervisor() }
    await MeshProcess.run(
      name, level: Logger.Level(rawValue: logLevel)!, format: logFormat
    ) { logger in
      let address = try ZeroMQAddress(dispatcher ?? RuntimeDirectory.default.dispatcherAddress)
      let security = try keys.security(for: address, role: .worker)
      let worker = try makeWorker()
      let client = GRPCClient(
        transport: try ZeroMQClientTransport(address: address, security: security))
      return [
        ClientConnection(client), WorkerRunner(worker: worker, client: client, logger: logger),
      ]
    }
  }
}
