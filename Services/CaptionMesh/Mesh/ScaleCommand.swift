import ArgumentParser
import MeshAPI
import ServiceKit
import Supervision

/// `captionmesh mesh scale`.
struct ScaleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale",
    abstract: "Set how many processes stages have, while the mesh runs.",
    discussion: """
      Returns once the new processes are ready and the others have finished what they had and left.

      Example:
        captionmesh mesh scale encoder=3 decoder=2
      """)

  @Argument(help: "STAGE=N, with loader, encoder, decoder or scorer.")
  var counts: [String]

  @Option(help: "Seconds to wait until the mesh is as it should be.")
  var wait = 120

  func run() async throws {
    var wanted: [String: Int] = [:]
    for word in counts {
      let parts = word.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2, let role = WorkerRole(named: String(parts[0])),
        let count = Int(parts[1]), MeshPlan.counts.contains(count)
      else {
        let names = WorkerRole.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError(
          "“\(word)” is not STAGE=N with a stage of \(names) and N in \(MeshPlan.counts)")
      }
      wanted[role.rawValue] = count
    }
    let directory = RuntimeDirectory.default
    try await MeshConnection.ask(try directory.supervisorAddress) { [wanted] in
      try await Supervisor.Client($0).scale(ScaleRequest(counts: wanted))
    }

    let deadline = ContinuousClock.now + .seconds(wait)
    var problems: [MeshReadiness.Problem] = []
    while ContinuousClock.now < deadline {
      if let status = await MeshConnection.supervisorStatus(directory) {
        let readiness = MeshReadiness(
          status,
          await MeshConnection.dispatcherStatus(directory)?.limited(to: ThisProcess.host))
        problems = readiness.problems.filter { wanted[$0.role] != nil }
        if problems.isEmpty {
          return print(
            wanted.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: " "))
        }
        if readiness.isHopeless { break }
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    for problem in problems { printError("error: \(problem)") }
    throw ExitCode(ExitStatus.failed)
  }
}
