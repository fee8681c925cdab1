import Foundation
import Testing

/// A mesh whose loader is `FaultyLoader`: poison kills it and "hang" stops it.
final class FaultyMesh {
  let folder: URL
  private let environment: [String: String]

  /// - Parameter settings: of the environment, such as `CAPTIONMESH_LIMITS_ATTEMPTS`.
  init(_ settings: [String: String] = [:]) async throws {
    // Sockets' paths are short.
    folder = URL(filePath: "/tmp/cm-\(UUID().uuidString.prefix(8))")
    environment = settings.merging([
      "CAPTIONMESH_RUNTIME": folder.path + "/run", "CAPTIONMESH_GATEWAY_SERVE": "off",
    ]) { $1 }
    let files = FileManager.default
    try files.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    // A program finds the others beside its own file, hence the copy.
    try files.copyItem(
      at: Programs.folder.appending(path: "captionmesh"), to: folder.appending(path: "captionmesh"))
    for role in ["dispatcher", "encoder", "decoder", "scorer"] {
      try link("captionmesh-\(role)", to: "captionmesh-\(role)")
    }
    try link("captionmesh-loader", to: "FaultyLoader")
    let model = Programs.repository.appending(path: "Shared/Models/flickr8k-attend.safetensors")
    let up = try await run(["mesh", "up", "--encoders", "1", "--model", model.path])
    try #require(up.status == 0, "mesh up: \(up.errors)\(up.output)")
  }

  deinit {
    _ = try? Run(folder.path + "/captionmesh", ["mesh", "down"], environment: environment)
    try? FileManager.default.removeItem(at: folder)
  }

  func run(_ arguments: [String]) async throws -> Run {
    try await Run.of(folder.path + "/captionmesh", arguments, environment: environment)
  }

  /// Starts a command against this mesh.
  func start(_ arguments: [String]) throws -> Running {
    try Running(folder.path + "/captionmesh", arguments, environment: environment)
  }

  /// Asks until something has come about, for a minute at most.
  func `await`(_ event: String, _ hasHappened: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while try await !hasHappened() {
      try #require(ContinuousClock.now < end, "\(event): not within a minute")
    }
  }

  /// A photograph under another name.
  func photograph(_ name: String) throws -> String {
    let path = folder.appending(path: name)
    let sample = Programs.repository.appending(path: "Tests/Fixtures/Imaging/jpeg-420.jpg")
    try FileManager.default.copyItem(at: sample, to: path)
    return path.path
  }

  /// What the supervisor says of a process. One that other tests keep from the processor may not
  /// answer the first time.
  func process(_ name: String) async throws -> [String: Any] {
    var status = try await run(["mesh", "status", "--json"])
    for _ in 0..<9 where status.object?["supervisor"] == nil {
      status = try await run(["mesh", "status", "--json"])
    }
    let supervisor = try #require(status.object?["supervisor"] as? [String: Any])
    let processes = try #require(supervisor["processes"] as? [[String: Any]])
    return try #require(processes.first { $0["name"] as? String == name })
  }

  /// What the dispatcher says of a stage's first worker; nothing while there is none.
  func worker(of stage: String) async throws -> [String: Any] {
    let status = try await run(["mesh", "status", "--json"])
    let stages = status.object?["stages"] as? [String: [String: Any]]
    return (stages?[stage]?["workers"] as? [[String: Any]])?.first ?? [:]
  }

  private func link(_ name: String, to program: String) throws {
    try FileManager.default.createSymbolicLink(
      at: folder.appending(path: name), withDestinationURL: Programs.folder.appending(path: program)
    )
  }
}
