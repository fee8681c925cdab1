import Foundation
import Testing

/// A mesh of real processes with a runtime folder of its own, ended when the test is.
final class TestMesh {
  let runtime: URL
  let environment: [String: String]

  /// Starts a mesh and returns when it is ready.
  init(_ arguments: [String] = []) throws {
    // Sockets' paths are short, so the folder is not the usual long temporary one.
    runtime = URL(filePath: "/tmp/cm-\(UUID().uuidString.prefix(8))")
    environment = ["CAPTIONMESH_RUNTIME": runtime.path]
    let up = try Run("captionmesh", ["mesh", "up"] + arguments, environment: environment)
    try #require(up.status == 0, "mesh up: \(up.errors)\(up.output)")
  }

  deinit {
    _ = try? run(["mesh", "down"])
    try? FileManager.default.removeItem(at: runtime)
  }

  /// Runs a command against this mesh.
  func run(_ arguments: [String], input: String = "") throws -> Run {
    try Run("captionmesh", arguments, environment: environment, input: input)
  }

  /// Starts a command against this mesh.
  func start(_ arguments: [String], input: String = "") throws -> Running {
    try Running("captionmesh", arguments, environment: environment, input: input)
  }

  /// What the status says of each stage. A dispatcher that other tests keep from the processor may
  /// not answer the first time.
  private func statusOfStages() throws -> [String: [String: Any]]? {
    for _ in 0..<10 {
      let status = try run(["mesh", "status", "--json"])
      if let stages = status.object?["stages"] as? [String: [String: Any]] { return stages }
    }
    return nil
  }

  /// The process ids of a stage's workers.
  func workers(of stage: String) throws -> [Int32] {
    let stages = try #require(try statusOfStages())
    let workers = try #require(stages[stage]?["workers"] as? [[String: Any]])
    return workers.compactMap { $0["pid"] as? Int }.map(Int32.init)
  }
}
