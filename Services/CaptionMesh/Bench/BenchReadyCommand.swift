import ArgumentParser
import GRPCCore
import Glibc
import MeshAPI
import ServiceKit
import Supervision
import Synchronization

/// `captionmesh bench ready`.
struct BenchReadyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ready",
    abstract: "Time a worker from its start until the dispatcher has it.",
    discussion: """
      Example:
        captionmesh bench ready encoder -- --encoder resnet101
      """)

  @Argument(help: "loader, encoder, decoder or scorer.")
  var role: String

  @Argument(parsing: .postTerminator, help: "What the worker is told.")
  var arguments: [String] = []

  @Option(help: "Starts, one after the other.")
  var count = 5

  @OptionGroup var output: BenchOutput

  func validate() throws {
    guard count > 0 else { throw ValidationError("--count starts at 1") }
    guard WorkerRole(named: role) != nil else { throw ValidationError("\(role) is no worker") }
  }

  func run() async throws {
    let times = try await BenchDispatcher.run {
      [role = WorkerRole(named: role)!, arguments, count] dispatcher, client in
      var times: [Duration] = []
      for _ in 0..<count {
        times.append(try await Self.start(role, arguments, dispatcher, Control.Client(client)))
      }
      return times
    }
    try output.print("a \(role)", times)
  }

  private static func start(
    _ role: WorkerRole, _ arguments: [String], _ dispatcher: BenchDispatcher,
    _ control: Control.Client<some ClientTransport>
  ) async throws -> Duration {
    let (exits, exit) = AsyncStream.makeStream(of: ProcessExit.self)
    let hasEnded = Mutex(false)
    let start = ContinuousClock.now
    let process = try dispatcher.start(
      "\(ThisProgram.folder)/captionmesh-\(role.rawValue)", arguments
    ) {
      hasEnded.withLock { $0 = true }
      exit.yield($0)
      exit.finish()
    }
    var time: Duration?
    while time == nil, !hasEnded.withLock({ $0 }), ContinuousClock.now - start < .seconds(60) {
      let status = try await control.status()
      if status.stages.contains(where: { $0.workers.contains { $0.pid == Int(process.pid) } }) {
        time = ContinuousClock.now - start
      } else {
        try await Task.sleep(for: .milliseconds(2))
      }
    }
    process.signal(SIGTERM)
    for await _ in exits {}
    guard let time else {
      let said = LogTail.lines(3, of: "\(dispatcher.directory.path)/bench.log")
      throw ServiceError(
        .system, "the \(role.rawValue) did not become ready: \(said.joined(separator: " / "))")
    }
    return time
  }
}
