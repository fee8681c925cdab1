import ArgumentParser
import GRPCCore
import MeshAPI

/// `captionmesh bench call`.
struct BenchCallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "call",
    abstract: "Time unary calls with an empty body to a dispatcher and back, one after the other.",
    discussion: """
      The call is grpc.health.v1.Health/Check, which passes through all that a call passes through: \
      deadline, metadata, interceptors, status.
      """)

  @Option(help: "Calls.")
  var count = 2000

  @OptionGroup var output: BenchOutput

  func validate() throws {
    guard count > 0 else { throw ValidationError("--count starts at 1") }
  }

  func run() async throws {
    let warm = 200
    let times = try await BenchDispatcher.run { [count] _, client in
      let health = Health.Client(client)
      var options = CallOptions.defaults
      options.timeout = .seconds(10)
      var times: [Duration] = []
      for call in 0..<warm + count {
        let start = ContinuousClock.now
        _ = try await health.check(options: options)
        if call >= warm { times.append(ContinuousClock.now - start) }
      }
      return times
    }
    try output.print("a call", times)
  }
}
