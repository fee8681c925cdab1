import ArgumentParser
import MeshAPI
import ServiceKit
import Supervision

/// `captionmesh mesh up`.
struct UpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up",
    abstract: "Start a mesh and return once it is ready.",
    discussion: """
      Exits 1, saying what is not ready and why and leaving nothing running, if the mesh does not \
      become ready.
      """)

  @OptionGroup var settings: MeshSettings

  @Option(help: "Seconds to wait until the mesh is ready.")
  var wait = 120

  func run() async throws {
    let directory = RuntimeDirectory.default
    try directory.create()
    if let supervisor = directory.supervisor {
      throw SupervisionError(
        .alreadyRunning,
        "a mesh is up already in \(directory.path) (process \(supervisor.pid)); "
          + "`scale` changes it, `down` stops it")
    }
    // What a supervisor that was killed has left behind is still about to end.
    for name in await directory.endRemains(grace: .seconds(15)) {
      printError("\(name) of the mesh before did not end by itself and was killed")
    }
    let programs = ThisProgram.folder
    let plan = try settings.plan(directory, programs: programs)
    for warning in plan.warnings { printError(warning) }
    let supervisor = try DetachedSupervisor.start(
      settings.arguments, program: ThisProgram.path, in: directory)

    let deadline = ContinuousClock.now + .seconds(wait)
    var problems: [MeshReadiness.Problem] = []
    while ContinuousClock.now < deadline, supervisor.isAlive {
      if let status = await MeshConnection.supervisorStatus(directory) {
        let gateway = GatewayRecord(in: directory)
        let readiness = MeshReadiness(
          status,
          await MeshConnection.dispatcherStatus(directory)?.limited(to: ThisProcess.host),
          gateway: gateway)
        if readiness.isReady {
          print("the mesh is ready: \(Self.summary(status)), in \(directory.path)")
          if let address = gateway?.address { print("look at \(address)") }
          if let problem = gateway?.problem { printError("gateway: \(problem)") }
          return
        }
        problems = readiness.problems
        if readiness.isHopeless { break }
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    report(problems, directory, supervisorLives: supervisor.isAlive)
    try await DownCommand.stop(directory)
    throw ExitCode(ExitStatus.failed)
  }

  private static func summary(_ status: SupervisorStatusReply) -> String {
    WorkerRole.allCases.compactMap { role in
      status.counts[role.rawValue].map { "\($0) \(role.rawValue)\($0 == 1 ? "" : "s")" }
    }.joined(separator: ", ")
  }

  /// Says what is not ready and what the processes concerned wrote last.
  private func report(
    _ problems: [MeshReadiness.Problem], _ directory: RuntimeDirectory, supervisorLives: Bool
  ) {
    printError("error: the mesh did not become ready")
    if !supervisorLives || problems.isEmpty { quote("supervisor", directory) }
    for problem in problems {
      printError("  \(problem)")
      for process in problem.processes.prefix(1) { quote(process, directory) }
    }
  }

  private func quote(_ process: String, _ directory: RuntimeDirectory) {
    for line in LogTail.lines(5, of: directory.log(of: process)) {
      printError("    \(process): \(line)")
    }
  }
}
