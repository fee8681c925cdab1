import Logging
import MeshAPI
public import ServiceKit

/// Which processes make up a mesh, and how each is run.
public struct MeshPlan: Sendable {
  /// The roles of the processes that are not workers; there is one of each.
  public static let dispatcher = "dispatcher"
  public static let gateway = "gateway"
  /// How many processes a stage may have.
  public static let counts = 0...64

  public let configuration: MeshConfiguration
  /// The encoder's name in its store.
  public let encoder: String
  /// The encoder store's folder.
  public let store: String
  /// The decoder's checkpoint.
  public let model: String
  private let configurationFile: String?
  private let directory: RuntimeDirectory
  private let programs: String
  private let environment: [String: String]
  private let cores: Int

  /// - Parameters:
  ///   - configuration: stages, limits and addresses.
  ///   - configurationFile: where the configuration comes from, for the dispatcher.
  ///   - encoder: its name in the store.
  ///   - store: the folder with encoders' weights.
  ///   - model: the checkpoint's file.
  ///   - directory: where sockets and logs are.
  ///   - programs: the folder with the mesh's programs.
  ///   - environment: this process's; its children's is made from it.
  ///   - cores: to share out.
  public init(
    _ configuration: MeshConfiguration, configurationFile: String?, encoder: String, store: String,
    model: String, directory: RuntimeDirectory, programs: String,
    environment: [String: String] = ThisProcess.environment, cores: Int = ThisProcess.cores
  ) {
    self.configuration = configuration
    self.configurationFile = configurationFile
    self.encoder = encoder
    self.store = store
    self.model = model
    self.directory = directory
    self.programs = programs
    self.environment = environment
    self.cores = cores
  }

  /// Everything that runs. The dispatcher ends first, once all requests are answered, and then the
  /// workers.
  ///
  /// - Throws: ``SupervisionError`` with code `missingProgram` when a program is not in its folder.
  public func roles() throws -> [Role] {
    let stopTimeout = configuration.limits.drainTimeout + .seconds(5)
    var roles = [
      Role(
        name: Self.dispatcher, count: 1, command: try dispatcherCommand(), stopOrder: 0,
        stopTimeout: stopTimeout)
    ]
    for worker in WorkerRole.allCases {
      let count = configuration.stages[worker.stage]!.workers
      roles.append(
        Role(
          name: worker.rawValue, count: count, command: try command(for: worker, count: count),
          stopOrder: 1, stopTimeout: stopTimeout))
    }
    if configuration.gateway.isOn {
      roles.append(
        Role(
          name: Self.gateway, count: 1, command: try gatewayCommand(), stopOrder: 0,
          stopTimeout: stopTimeout))
    }
    return roles
  }

  /// How a worker is run that is one of `count`.
  public func command(for worker: WorkerRole, count: Int) throws -> ProcessCommand {
    let threads = threads(of: worker, count: count)
    let settings = configuration.stages[worker.stage]!
    var arguments = [
      "--dispatcher", try directory.dispatcherAddress, "--supervised", "--threads", "\(threads)",
      "--max-batch", "\(settings.maximumBatch)", "--log-level", configuration.logLevel.rawValue,
      "--log-format", configuration.logFormat.rawValue,
    ]
    switch worker {
    case .loader: arguments += ["--encoder", encoder, "--store", store]
    case .encoder:
      arguments += ["--encoder", encoder, "--store", store]
      arguments += ["--precision", configuration.precision.rawValue]
    case .decoder:
      // What encoders round, decoders need not be more exact about.
      let precision = configuration.precision == .fp32 ? "fp32" : "bf16"
      arguments += ["--model", model, "--precision", precision]
    case .scorer: break
    }
    if worker == .loader, configuration.fastDecode { arguments.append("--fast-decode") }
    return try command(worker.rawValue, arguments, threads: threads)
  }

  /// The threads of each of `count` processes: as configured, or an equal share of the role's cores.
  public func threads(of worker: WorkerRole, count: Int) -> Int {
    configuration.stages[worker.stage]!.threads
      ?? max(1, worker.threads(of: cores) / max(1, count))
  }

  /// A sentence for each stage that has more threads than the machine has cores.
  public var warnings: [String] {
    WorkerRole.allCases.compactMap { worker in
      let count = configuration.stages[worker.stage]!.workers
      let threads = threads(of: worker, count: count)
      guard count * threads > cores else { return nil }
      return "\(count) \(worker) processes with \(threads) threads each are more than the "
        + "\(cores) cores here; they will wait for each other"
    }
  }

  private func dispatcherCommand() throws -> ProcessCommand {
    var arguments = ["--supervised"]
    if let configurationFile { arguments += ["--config", configurationFile] }
    arguments += ["--log-format", configuration.logFormat.rawValue]
    if let trace = configuration.trace { arguments += ["--trace", trace] }
    var command = try command(Self.dispatcher, arguments, threads: 1)
    // Whatever is configured, this mesh's own workers and commands find it in their directory.
    let own = try directory.dispatcherAddress
    command.environment["CAPTIONMESH_ADDRESSES"] =
      ([own] + configuration.addresses.filter { $0 != own }).joined(separator: ",")
    return command
  }

  private func gatewayCommand() throws -> ProcessCommand {
    var arguments = ["--supervised"]
    if let configurationFile { arguments += ["--config", configurationFile] }
    arguments += ["--log-format", configuration.logFormat.rawValue]
    return try command(Self.gateway, arguments, threads: 1)
  }

  private func command(
    _ role: String, _ arguments: [String], threads: Int
  ) throws -> ProcessCommand {
    let program = "\(programs)/captionmesh-\(role)"
    guard FileSystem.isExecutable(program) else {
      throw SupervisionError(
        .missingProgram, "\(program) is not there; build the programs with Deploy/build")
    }
    return ProcessCommand(
      executable: program, arguments: arguments,
      environment: environment.merging(Self.tuning(threads: threads)) { $1 }
        .merging(["CAPTIONMESH_RUNTIME": directory.path]) { $1 })
  }

  /// Settings of libraries that a process reads when it starts.
  private static func tuning(threads: Int) -> [String: String] {
    [
      "OMP_NUM_THREADS": "\(threads)",
      "OPENBLAS_NUM_THREADS": "\(threads)",
      // Threads that have nothing to do leave the core to the other processes, but not between one
      // layer and the next: sleeping there makes a single photograph take a fifth longer.
      "OMP_WAIT_POLICY": "PASSIVE",
      "GOMP_SPINCOUNT": "5000",
      // Each arena of glibc's keeps memory of its own; the work is in few threads.
      "MALLOC_ARENA_MAX": "2",
      // What is large goes back to the system when it is freed, however large it was: glibc would
      // raise the bound with every such block and keep all below it.
      "MALLOC_MMAP_THRESHOLD_": "16777216",
      "MALLOC_TRIM_THRESHOLD_": "16777216",
    ]
  }
}
