import ArgumentParser
import ServiceKit

/// `captionmesh-scorer`: a worker of the scoring stage.
@main
struct ScorerProgram: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "captionmesh-scorer",
    abstract: "Score captions against references for a mesh.",
    discussion: "Started by `captionmesh mesh up`; starting one more by hand adds a worker.")

  @OptionGroup var options: WorkerOptions

  func run() async throws {
    await options.run("scorer") { ScorerWorker() }
  }
}
