import Foundation
import Testing

@Suite(
  "What kills or stops workers", .serialized,
  .enabled(if: Programs.canServe, "needs Deploy/setup and Deploy/build"))
struct PoisonTests {
  @Test(
    "a photograph that kills workers fails alone after three attempts, and the loop is reported")
  func poison() async throws {
    let mesh = try await FaultyMesh()
    try await expectOneFailure(of: "poison.jpg", in: mesh)
    let loader = try await mesh.process("loader-1")
    #expect(loader["restarts"] as? Int ?? 0 >= 2, "\(loader)")
    #expect(loader["last_exit"] as? String == "was ended by signal 6", "\(loader)")
  }

  @Test("a worker that answers and does not get on is killed and replaced")
  func hang() async throws {
    let mesh = try await FaultyMesh(["CAPTIONMESH_LIMITS_STALL_SECONDS": "4"])
    try await expectOneFailure(of: "hang.jpg", in: mesh)
    let loader = try await mesh.process("loader-1")
    #expect(loader["last_exit"] as? String == "was ended by signal 9", "\(loader)")
  }

  @Test("a worker that finishes what it has stops at once at a second signal")
  func secondSignal() async throws {
    let mesh = try await FaultyMesh()
    let stream = try mesh.start(["stream", "--json", mesh.photograph("hang.jpg")])
    defer { stream.process.terminate() }
    try await mesh.await("the loader has the photograph") {
      try await mesh.worker(of: "load")["in_flight"] as? Int == 1
    }
    let pid = Int32(try #require(try await mesh.worker(of: "load")["pid"] as? Int))
    kill(pid, SIGTERM)
    try await mesh.await("the loader says that it finishes what it has") {
      try await mesh.run(["mesh", "logs", "loader-1"]).output.contains("finishing what is in hand")
    }
    #expect(kill(pid, 0) == 0, "it did not wait for what it has")
    kill(pid, SIGTERM)
    try await mesh.await("the loader was started again") {
      try await mesh.process("loader-1")["last_exit"] as? String == "exited with status 143"
    }
  }

  private func expectOneFailure(of name: String, in mesh: FaultyMesh) async throws {
    let bad = try mesh.photograph(name)
    let good = try (0..<12).map { try mesh.photograph("good-\($0).jpg") }
    let run = try await mesh.run(["stream", "--json"] + good.prefix(6) + [bad] + good.dropFirst(6))
    #expect(run.objects.count == 13)
    for line in run.objects {
      let image = line["image"] as? String
      let error = line["error"] as? [String: String]
      #expect((image == bad) == (error?["code"] == "INTERNAL"), "\(line)")
    }
  }
}
