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
