import Foundation
import Testing

@Suite(
  "The Python client", .serialized, .timeLimit(.minutes(3)),
  .enabled(if: Programs.canServe, "needs Deploy/setup and Deploy/build"))
struct PythonClientTests {
  private let photograph = Programs.repository.path + "/Tests/Fixtures/Imaging/jpeg-420.jpg"
  private let folder = Programs.repository.path + "/Deploy/clients/python"

  @Test("captions, streams, cancels, keeps deadlines, and survives the dispatcher's death")
  func mesh() throws {
    let mesh = try TestMesh(
      ["--encoders", "1"], environment: ["CAPTIONMESH_LIMITS_CLIENT_REQUESTS": "8"])
    let json = try mesh.run(["caption", photograph, "--json"])
    let caption = try #require(json.object?["caption"] as? String, "\(json.errors)")
    let script = Programs.repository.path + "/Tests/MeshTests/Python/client.py"
    let run = try Run(
      Programs.python, [script, folder, photograph, caption], environment: mesh.environment)
    #expect(run.status == 0, "\(run.errors.suffix(3_000))")
    #expect(run.errors.hasSuffix("\nOK\n"), "\(run.errors.suffix(300))")

    let command = try Run(
      Programs.python, ["\(folder)/captionmesh.py", photograph, "/nowhere.jpg"],
      environment: mesh.environment)
    #expect(command.status == 1)
    #expect(command.output.contains("\(photograph): \(caption)\n"))
    #expect(command.output.contains("/nowhere.jpg: INVALID_ARGUMENT: /nowhere.jpg"))
  }

  /// The Python that Deploy/setup --tests has equipped with mypy.
  private static let mypy = Programs.python.replacing(
    "/python/bin/python3", with: "/test-python/bin/mypy")

  @Test(
    "its types hold under mypy --strict",
    .enabled(if: FileManager.default.isExecutableFile(atPath: mypy), "needs Deploy/setup --tests"))
  func types() throws {
    let cache = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: cache) }
    let run = try Run(Self.mypy, ["--strict", "--cache-dir", cache, "\(folder)/captionmesh.py"])
    #expect(run.status == 0, "\(run.output)")
  }
}
