import Foundation
import Testing

@Suite(
  "The gateway and its meshes", .serialized,
  .enabled(if: Programs.canServe, "needs Deploy/setup and Deploy/build"),
  .enabled(if: GatewayClients.areThere, "needs Deploy/setup --tests"))
struct GatewayMeshTests {
  private let photograph = Programs.repository.path + "/Tests/Fixtures/Imaging/jpeg-420.jpg"

  @Test("one gateway serves the models of two meshes, and the page changes between them")
  func models() throws {
    let model = Programs.repository.path + "/Shared/Models/flickr8k-attend.safetensors"
    let second = try TestMesh(["--encoders", "1", "--model", model])
    let open = try OpenGateway([
      "CAPTIONMESH_GATEWAY_MESHES": "ipc://\(second.runtime.path)/dispatcher.sock"
    ])
    func caption(_ mesh: TestMesh) throws -> String {
      let run = try mesh.run(["caption", photograph, "--json"])
      return try #require(run.object?["caption"] as? String, "\(run.output)\(run.errors)")
    }
    let run = try Run(
      GatewayClients.python,
      [
        Programs.repository.path + "/Tests/MeshTests/Gateway/models.py", open.url, photograph,
        try caption(open.mesh), try caption(second),
      ])
    #expect(run.status == 0, "\(run.output.suffix(2_000))\(run.errors.suffix(2_000))")
  }

  @Test("a gateway that hangs is replaced")
  func hanging() throws {
    let open = try OpenGateway()
    kill(Int32(open.pid), SIGSTOP)
    func isReplaced() throws -> Bool {
      guard let account = try OpenGateway.account(of: open.mesh), account["pid"] as? Int != open.pid
      else { return false }
      return account["address"] != nil
    }
    // It is silent for ten seconds before it counts as hanging.
    let deadline = ContinuousClock.now + .seconds(60)
    while try !isReplaced(), ContinuousClock.now < deadline { usleep(200_000) }
    #expect(try isReplaced())
    #expect(try open.mesh.run(["caption", photograph]).status == 0)
  }
}
