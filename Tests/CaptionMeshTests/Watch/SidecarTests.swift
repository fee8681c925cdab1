import FoundationEssentials
import MeshAPI
import Testing
import WeightFiles

@testable import CaptionMesh

@Suite("Sidecars") struct SidecarTests {
  private func reply(_ caption: String) -> (CaptionResult, CaptionReply) {
    let result = CaptionResult(
      caption: caption, tokens: caption.split(separator: " ").map(String.init),
      logProbability: -1.25, finished: true, grid: Grid(rows: 1, columns: 1))
    return (result, CaptionReply(id: "1", result: .success(result), attempts: 1))
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = "/tmp/captionmesh-sidecars-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test(
    "are beside their photographs",
    arguments: [
      (.txt, "/p/a.jpg", "/p/a.jpg.txt"), (.json, "a.b.png", "a.b.png.json"),
      (.xmp, "/p/a.jpg", "/p/a.xmp"), (.xmp, "/p.q/a.b.JPEG", "/p.q/a.b.xmp"),
      (.xmp, "/p.q/a", "/p.q/a.xmp"),
    ] as [(Sidecar, String, String)])
  func places(sidecar: Sidecar, photograph: String, place: String) {
    #expect(sidecar.path(of: photograph) == place)
  }

  @Test("say what the photograph shows")
  func contents() throws {
    let (result, reply) = reply("a dog & a cat")
    #expect(Sidecar.txt.text(result, of: "a.jpg", reply) == "a dog & a cat\n")
    let json = Sidecar.json.text(result, of: "a.jpg", reply)
    #expect(json.hasPrefix("{\"attempts\":1,\"caption\":\"a dog & a cat\",\"image\":\"a.jpg\""))
    #expect(Sidecar.xmp.text(result, of: "a.jpg", reply).contains("a dog &amp; a cat</rdf:li>"))
  }

  @Test("of somebody else are left as they are, unless they are to be replaced")
  func others() throws {
    try withFolder { folder in
      let photograph = "\(folder)/a.jpg"
      try Data("a photograph".utf8).write(to: URL(filePath: photograph))
      try Data("mine".utf8).write(to: URL(filePath: photograph + ".txt"))
      let (result, reply) = reply("a dog")
      let error = #expect(throws: WeightFileError.self) {
        try Sidecar.txt.write(result, of: photograph, reply, isReplacing: false)
      }
      #expect(error?.code == .exists)
      #expect(try String(contentsOfFile: photograph + ".txt", encoding: .utf8) == "mine")
      try Sidecar.txt.write(result, of: photograph, reply, isReplacing: true)
      #expect(try String(contentsOfFile: photograph + ".txt", encoding: .utf8) == "a dog\n")
      // Nothing is left beside them, and the photograph is untouched.
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
          == ["a.jpg", "a.jpg.txt"])
      #expect(try String(contentsOfFile: photograph, encoding: .utf8) == "a photograph")
    }
  }

  @Test("cannot be written into a folder that is gone, which is said by name")
  func goneFolder() {
    let (result, reply) = reply("a dog")
    let error = #expect(throws: WeightFileError.self) {
      try Sidecar.txt.write(result, of: "/nowhere/a.jpg", reply, isReplacing: false)
    }
    #expect(error?.description.contains("/nowhere/a.jpg.txt") == true)
  }
}
