import ArgumentParser

/// `captionmesh bench`: measurements that anyone can take again.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure what the mesh takes by itself.",
    discussion: "Tests/Benchmarks/run measures all of it beside other programs.",
    subcommands: [BenchMeshCommand.self])
}
