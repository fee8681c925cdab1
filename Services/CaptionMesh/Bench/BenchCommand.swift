import ArgumentParser

/// `captionmesh bench`.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure what the mesh itself costs on this machine.",
    discussion: """
      Each starts a dispatcher of its own. Tests/Benchmarks/run measures these and the rest beside \
      other programs.
      """,
    subcommands: [
      BenchCallCommand.self, BenchTensorCommand.self, BenchReadyCommand.self,
      BenchLocalCommand.self, BenchMeshCommand.self,
    ])
}
