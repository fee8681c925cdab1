import FoundationEssentials
import GRPCCore
import Glibc
import MeshAPI
import ServiceKit
import Supervision
import ZeroMQTransport

/// A mesh of its own for chaos to be made in, in a runtime directory of its own.
struct ChaosMesh: Sendable {
  let directory: RuntimeDirectory
  let settings: [String]

  /// - Parameter settings: what `mesh up` is told.
  init(settings: [String]) {
    // Sockets' paths are short.
    let name = String(UInt32.random(in: 0...UInt32.max), radix: 36)
    directory = RuntimeDirectory(path: "/tmp/cm-chaos-\(name)")
    self.settings = settings
  }

  /// Runs this program to its end.
  ///
  /// - Returns: the exit status.
  @discardableResult
  func run(_ arguments: [String]) async throws -> ProcessExit {
    let (exits, exit) = AsyncStream.makeStream(of: ProcessExit.self)
    _ = try start(arguments) { exit.yield($0) }
    return await exits.first { _ in true } ?? .unknown
  }

  /// Starts this program against the mesh.
  func start(
    _ arguments: [String], onExit: @escaping @Sendable (ProcessExit) -> Void = { _ in }
  ) throws -> ChildProcess {
    var environment = ThisProcess.environment
    environment["CAPTIONMESH_RUNTIME"] = directory.path
    environment["CAPTIONMESH_GATEWAY_SERVE"] = "off"
    return try ChildProcess(
      ProcessCommand(executable: ThisProgram.path, arguments: arguments, environment: environment),
      input: unsafe FileDescriptor(owning: open("/dev/null", O_RDONLY | O_CLOEXEC)),
      output: LogFile.open("\(directory.path)/chaos.log"), onExit: onExit)
  }

  func up() async throws {
    try directory.create()
    let exit = try await run(["mesh", "up"] + settings)
    guard exit == .exited(status: 0) else {
      throw ServiceError(
        .system, "the mesh did not start: mesh up \(exit); see \(directory.path)/chaos.log")
    }
  }

  /// Stops the mesh and removes its directory.
  ///
  /// - Returns: what was left of it; nothing when all is well.
  func down() async throws -> [String] {
    let before = directory.livingProcesses
    let exit = try await run(["mesh", "down"])
    var left = before.filter { $0.value.isAlive }.keys.map { "process \($0)" }
    if exit != .exited(status: 0) { left.append("mesh down \(exit)") }
    for socket in [directory.dispatcherSocket, directory.supervisorSocket]
    where FileManager.default.fileExists(atPath: socket) {
      left.append(socket)
    }
    if left.isEmpty { try? FileManager.default.removeItem(atPath: directory.path) }
    return left
  }

  /// Ends every process of the mesh at once, as a machine's crash does.
  func crash() {
    directory.supervisor?.signal(SIGKILL)
    for process in directory.livingProcesses.values { process.signal(SIGKILL) }
  }

  /// The living processes of a role: "dispatcher", "loader", "encoder" or "decoder".
  func processes(of role: String) -> [ProcessIdentity] {
    directory.livingProcesses.filter { $0.key.hasPrefix("\(role)-") }
      .sorted { $0.key < $1.key }.map(\.value)
  }

  func client() throws -> GRPCClient<ZeroMQClientTransport> {
    GRPCClient(transport: try transport())
  }

  func transport() throws -> ZeroMQClientTransport {
    var options = ZeroMQTransportOptions()
    options.connectTimeout = .seconds(4)
    return try ZeroMQClientTransport(
      address: ZeroMQAddress(directory.dispatcherAddress), options: options)
  }
}
