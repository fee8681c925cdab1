import FoundationEssentials
import GRPCCore
import Glibc
import MeshAPI
import ServiceKit
import Supervision
import ZeroMQTransport

/// A dispatcher to measure, in a process and a runtime directory of its own, without workers.
final class BenchDispatcher: Sendable {
  let directory: RuntimeDirectory
  private let process: ChildProcess

  private init(_ directory: RuntimeDirectory, _ process: ChildProcess) {
    self.directory = directory
    self.process = process
  }

  /// Starts a dispatcher, connects to it, calls `body`, and ends it.
  ///
  /// - Parameter settings: of its configuration, such as `CAPTIONMESH_LIMITS_REQUESTS`.
  static func run<Value: Sendable>(
    settings: [String: String] = [:],
    _ body:
      @Sendable @escaping (BenchDispatcher, GRPCClient<ZeroMQClientTransport>) async throws -> Value
  ) async throws -> Value {
    // Sockets' paths are short.
    let name = String(UInt32.random(in: 0...UInt32.max), radix: 36)
    let directory = RuntimeDirectory(path: "/tmp/cm-bench-\(name)")
    try directory.create()
    defer { try? FileManager.default.removeItem(atPath: directory.path) }
    let (exits, exit) = AsyncStream.makeStream(of: ProcessExit.self)
    let process = try start(
      "\(ThisProgram.folder)/captionmesh-dispatcher", [], in: directory, settings
    ) {
      exit.yield($0)
      exit.finish()
    }
    let dispatcher = BenchDispatcher(directory, process)
    let outcome: Result<Value, any Error>
    do {
      outcome = .success(
        try await withGRPCClient(transport: dispatcher.transport()) { client in
          try await body(dispatcher, client)
        })
    } catch {
      outcome = .failure(error)
    }
    process.signal(SIGTERM)
    for await _ in exits {}
    return try outcome.get()
  }

  var residentBytes: Int { ThisProcess.residentBytes(of: Int(process.pid)) ?? 0 }

  /// The processors' time that all its threads took so far.
  var processorTime: Duration { ThisProcess.processorTime(of: Int(process.pid)) ?? .zero }

  /// A client's way to the dispatcher.
  func transport() throws -> ZeroMQClientTransport {
    var options = ZeroMQTransportOptions()
    options.connectTimeout = .seconds(10)
    return try ZeroMQClientTransport(
      address: ZeroMQAddress(directory.dispatcherAddress), options: options)
  }

  /// Starts a program of the mesh, which writes to the directory's log.
  func start(
    _ program: String, _ arguments: [String],
    onExit: @escaping @Sendable (ProcessExit) -> Void = { _ in }
  ) throws -> ChildProcess {
    try Self.start(
      program, ["--dispatcher", directory.dispatcherAddress] + arguments, in: directory,
      onExit: onExit)
  }

  private static func start(
    _ program: String, _ arguments: [String], in directory: RuntimeDirectory,
    _ settings: [String: String] = [:],
    onExit: @escaping @Sendable (ProcessExit) -> Void
  ) throws -> ChildProcess {
    var environment = ThisProcess.environment.merging(settings) { $1 }
    environment["CAPTIONMESH_RUNTIME"] = directory.path
    return try ChildProcess(
      ProcessCommand(executable: program, arguments: arguments, environment: environment),
      input: unsafe FileDescriptor(owning: open("/dev/null", O_RDONLY | O_CLOEXEC)),
      output: LogFile.open("\(directory.path)/bench.log"), onExit: onExit)
  }
}
