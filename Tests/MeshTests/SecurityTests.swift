import Foundation
import Testing

@Suite(
  "A mesh that other machines reach", .serialized, .timeLimit(.minutes(2)),
  .enabled(if: Programs.canServe, "needs Deploy/setup and Deploy/build"))
struct SecurityTests {
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "captionmesh-keys-\(UUID().uuidString)")
  private let photograph = Programs.repository.path + "/Tests/Fixtures/Imaging/jpeg-420.jpg"

  /// Makes the keys of a mesh and returns the settings that name them.
  private func makeKeys(_ name: String) async throws -> [String: String] {
    let settings = ["XDG_CONFIG_HOME": folder.appending(path: name).path, "CAPTIONMESH_KEY": ""]
    let run = try await Run.of("captionmesh", ["keys", "init"], environment: settings)
    try #require(run.status == 0, "\(run.errors)")
    return settings
  }

  private func key(_ name: String, of mesh: String = "mesh") -> String {
    folder.appending(path: "\(mesh)/captionmesh/keys/\(name).key").path
  }

  /// A port that nobody has at the moment.
  private func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe bind(descriptor, pointer, length) == 0
          && getsockname(descriptor, pointer, &length) == 0
      }
    }
    try #require(isBound)
    return UInt16(bigEndian: address.sin_port)
  }

  @Test("a client with a key captions, and nobody else gets anything, while others go on")
  func keys() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    var settings = try await makeKeys("mesh")
    _ = try await makeKeys("elsewhere")
    let port = try freePort()
    settings["CAPTIONMESH_ADDRESSES"] = "tcp://0.0.0.0:\(port)"
    let mesh = try await TestMesh(["--encoders", "1"], settings: settings)
    let dispatcher = ["--dispatcher", "tcp://127.0.0.1:\(port)"]
    for name in ["alice", "bob"] {
      #expect(try await mesh.ask(["keys", "add", name, "--role", "client"]).status == 0)
    }

    let image = ["caption", photograph, "--json"]
    let own = try await mesh.ask(image)
    let caption = try #require(own.object?["caption"] as? String, "\(own.errors)")
    let alice = try await mesh.ask(image + dispatcher + ["--key", key("alice")])
    #expect(alice.object?["caption"] as? String == caption, "\(alice.errors)")
    let bobsCopy = folder.appending(path: "copy.key")
    try FileManager.default.copyItem(at: URL(filePath: key("bob")), to: bobsCopy)
    let bob = ["--key", bobsCopy.path]
    #expect(try await mesh.ask(image + dispatcher + bob).status == 0)
    #expect(try await mesh.ask(["keys", "revoke", "bob"]).status == 0)

    // Somebody streams while others try.
    let list = Array(repeating: photograph, count: 60).joined(separator: "\n")
    let stream = try mesh.start(
      ["stream", "--json", "-"] + dispatcher + ["--key", key("alice")], input: list)
    for (intruder, reason) in [
      ([], "key"), (bob, "unauthenticated"),
      (["--key", key("client", of: "elsewhere")], "unavailable"),
      (["--key", key("worker")], "permissionDenied"),
    ] {
      let run = try await mesh.ask(image + dispatcher + intruder)
      #expect(run.status != 0)
      #expect(run.errors.contains(reason), "\(run.errors)")
      #expect(run.output.isEmpty)
    }
    let streamed = await stream.finished()
    #expect(streamed.status == 0, "\(streamed.errors)")
    #expect(streamed.objects.count == 60)
    #expect(streamed.objects.allSatisfy { $0["caption"] as? String == caption })

    try await checkAdministration(of: mesh, dispatcher)
    try await checkWorker(of: mesh, dispatcher)
    try await checkPython(of: mesh, dispatcher[1], caption)
    try checkSecrecy(of: mesh)
  }

  private func checkAdministration(of mesh: TestMesh, _ dispatcher: [String]) async throws {
    let status = ["mesh", "status", "--json"] + dispatcher
    let asAdministrator = try await mesh.ask(status + ["--key", key("administrator")])
    #expect(asAdministrator.object?["ready"] as? Bool == true, "\(asAdministrator.errors)")
    let asClient = try await mesh.ask(status + ["--key", key("alice")])
    #expect(asClient.status == 1)
    #expect(asClient.errors.contains("permissionDenied"))
  }

  /// A worker on another machine, as far as the dispatcher can tell.
  private func checkWorker(of mesh: TestMesh, _ dispatcher: [String]) async throws {
    let worker = try Running(
      "captionmesh-scorer", dispatcher + ["--key", key("worker")], environment: mesh.environment)
    defer { worker.process.terminate() }
    let status = ["mesh", "status", "--json"]
    var scorers: [Int32] = []
    while worker.process.isRunning, scorers.count < 2 {
      scorers = try mesh.workers(of: "score", try await mesh.ask(status))
    }
    #expect(scorers.contains(worker.process.processIdentifier))
    // With its key it loses its place, and says why.
    #expect(try await mesh.ask(["keys", "revoke", "worker"]).status == 0)
    let run = await worker.finished()
    #expect(run.status == 1)
    #expect(run.errors.contains("knows no such key"), "\(run.errors)")
  }

  private func checkPython(of mesh: TestMesh, _ address: String, _ caption: String) async throws {
    let script = Programs.repository.appending(path: "Deploy/clients/caption.py").path
    let run = try await Run.of(Programs.python, [script, photograph, address, key("alice")])
    #expect(run.output.hasPrefix(caption + " ("), "\(run.errors)")

    let repository = Programs.repository.path
    let whole = try await Run.of(
      Programs.python,
      [
        "\(repository)/Tests/MeshTests/Python/keys.py", "\(repository)/Deploy/clients/python",
        address, photograph, key("alice"), folder.appending(path: "copy.key").path,
        key("client", of: "elsewhere"),
      ])
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(whole.output == caption + "\n")
  }

  /// No secret key is in a log of the mesh.
  private func checkSecrecy(of mesh: TestMesh) throws {
    let secrets = try ["dispatcher", "alice", "client", "administrator"].map { name in
      let lines = try String(contentsOfFile: key(name), encoding: .utf8).split(separator: "\n")
      return try #require(lines.first { $0.hasPrefix("secret ") }).dropFirst("secret ".count)
    }
    let logs = mesh.runtime.appending(path: "logs")
    let files = try FileManager.default.contentsOfDirectory(atPath: logs.path)
    #expect(!files.isEmpty)
    for file in files {
      let text = try String(contentsOf: logs.appending(path: file), encoding: .utf8)
      #expect(secrets.allSatisfy { !text.contains($0) })
    }
    let log = try String(
      contentsOf: logs.appending(path: "dispatcher-1.log"), encoding: .utf8)
    #expect(log.contains("127.0.0.1 with the unknown key"), "\(log)")
  }

  @Test("without keys a mesh does not start for other machines, and says how to make them")
  func refusal() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let environment = [
      "CAPTIONMESH_ADDRESSES": "tcp://0.0.0.0:\(try freePort())",
      "CAPTIONMESH_RUNTIME": "/tmp/cm-\(UUID().uuidString.prefix(8))",
      "XDG_CONFIG_HOME": folder.path,
    ]
    defer { try? FileManager.default.removeItem(atPath: environment["CAPTIONMESH_RUNTIME"]!) }
    for (program, arguments) in [
      ("captionmesh", ["mesh", "up"]), ("captionmesh-dispatcher", []),
      ("captionmesh-scorer", ["--dispatcher", "tcp://192.0.2.1:7400"]),
      ("captionmesh", ["caption", photograph, "--dispatcher", "tcp://192.0.2.1:7400"]),
    ] {
      let run = try await Run.of(program, arguments, environment: environment)
      #expect(run.status == 1)
      #expect(run.errors.contains("captionmesh keys"), "\(run.errors)")
    }
  }
}
