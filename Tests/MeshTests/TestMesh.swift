import Foundation
import Testing

/// A mesh of real processes with a runtime folder of its own, ended when the test is.
final class TestMesh {
  let runtime: URL
  let environment: [String: String]

  /// Meshes run side by side and have one door at most: tests of the gateway open it.
  private static let quiet = ["CAPTIONMESH_GATEWAY_SERVE": "off"]

  /// Starts a mesh and returns when it is ready.
  init(_ arguments: [String] = [], environment extra: [String: String] = [:]) throws {
    // Sockets' paths are short, so the folder is not the usual long temporary one.
    runtime = URL(filePath: "/tmp/cm-\(UUID().uuidString.prefix(8))")
    environment = Self.quiet.merging(extra) { $1 }
      .merging(["CAPTIONMESH_RUNTIME": runtime.path]) { $1 }
    let up = try Run("captionmesh", ["mesh", "up"] + arguments, environment: environment)
    try #require(up.status == 0, "mesh up: \(up.errors)\(up.output)")
  }

  /// The same without a thread that waits.
  ///
  /// - Parameter settings: of the environment, such as `CAPTIONMESH_ADDRESSES`.
  init(_ arguments: [String], settings: [String: String]) async throws {
    runtime = URL(filePath: "/tmp/cm-\(UUID().uuidString.prefix(8))")
    environment = Self.quiet.merging(settings) { $1 }
      .merging(["CAPTIONMESH_RUNTIME": runtime.path]) { $1 }
    let up = try await ask(["mesh", "up"] + arguments)
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

  /// The same without a thread that waits.
  func ask(_ arguments: [String]) async throws -> Run {
    try await Run.of("captionmesh", arguments, environment: environment)
  }

  /// Starts a command against this mesh.
  func start(_ arguments: [String], input: String = "") throws -> Running {
    try Running("captionmesh", arguments, environment: environment, input: input)
  }

  /// What the status says. A dispatcher that other tests keep from the processor may not answer the
  /// first time.
  func status() throws -> Run {
    var status = try run(["mesh", "status", "--json"])
    for _ in 0..<9 where status.object?["stages"] == nil {
      status = try run(["mesh", "status", "--json"])
    }
    return status
  }

  /// The process ids of a stage's workers.
  func workers(of stage: String) throws -> [Int32] {
    try workers(of: stage, status())
  }

  /// The same from what `mesh status --json` said.
  func workers(of stage: String, _ status: Run) throws -> [Int32] {
    let stages = try #require(status.object?["stages"] as? [String: [String: Any]])
    let workers = try #require(stages[stage]?["workers"] as? [[String: Any]])
    return workers.compactMap { $0["pid"] as? Int }.map(Int32.init)
  }
}
