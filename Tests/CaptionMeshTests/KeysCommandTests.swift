import ArgumentParser
import Foundation
import MeshSecurity
import Testing

@testable import CaptionMesh

@Suite("captionmesh keys")
struct KeysCommandTests {
  @Test("the help text")
  func help() {
    #expect(CaptionMesh.helpMessage(for: KeysCommand.self, columns: 100) == HelpTexts.keys)
  }

  @Test("keys are listed for programs")
  func listing() throws {
    let path = "\(FileManager.default.temporaryDirectory.path)/keys-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let folder = KeyFolder(path: path)
    try folder.initialize()
    let json = try KeyListing(folder.list().entries).json
    let keys = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: String]])
    #expect(keys.map { $0["role"] } == ["client", "worker", "administrator"])
    #expect(keys.allSatisfy { $0["public_key"]?.count == 40 && $0["name"] == $0["role"] })
  }

  @Test(
    "what is no role is refused",
    arguments: [["keys", "add", "alice"], ["keys", "add", "alice", "--role", "king"]])
  func roles(arguments: [String]) {
    #expect(throws: (any Error).self) { try CaptionMesh.parseAsRoot(arguments) }
  }
}
