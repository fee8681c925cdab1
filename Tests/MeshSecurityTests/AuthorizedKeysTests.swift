import Foundation
import Logging
import Testing
import ZeroMQTransport

@testable import MeshSecurity

@Suite("The list of authorised keys")
struct AuthorizedKeysTests {
  private func parse(_ text: String) throws -> AuthorizedKeys {
    try AuthorizedKeys(Array(text.utf8), file: "authorized_keys")
  }

  private static let keys = (0..<4).map { _ in try! CurveKeyPair.generate().publicKey }

  @Test("any list is read as it was written", arguments: 0..<50)
  func roundTrip(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var list = AuthorizedKeys()
    for (index, key) in Self.keys.shuffled(using: &generator).prefix(Int(seed % 5)).enumerated() {
      let role = KeyRole.allCases.randomElement(using: &generator)!
      list.add(.init(role: role, key: key, name: "a\(index).b-\(seed)_"))
    }
    #expect(try parse(list.text) == list)
    // Comments, empty lines and blanks say nothing.
    let airy = list.text.split(separator: "\n").map { "\($0) \r\n\n  # x y z\n" }.joined()
    #expect(try parse(airy) == list)
  }

  @Test("a list of any bytes is read or refused", arguments: 0..<20)
  func mutated(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var list = AuthorizedKeys()
    for (index, key) in Self.keys.enumerated() {
      list.add(.init(role: .client, key: key, name: "name-\(index)"))
    }
    let whole = Array(list.text.utf8)
    for _ in 0..<500 {
      let bytes = generator.mutation(of: whole)
      do {
        let read = try AuthorizedKeys(bytes, file: "authorized_keys")
        // Nobody twice, and whatever was read can be written.
        #expect(Set(read.entries.map(\.key)).count == read.entries.count)
        #expect(Set(read.entries.map(\.name)).count == read.entries.count)
        #expect(try parse(read.text) == read)
      } catch let error as SecurityError {
        #expect(error.code == .malformed)
        #expect(error.message.hasPrefix("authorized_keys: "))
      }
    }
  }

  @Test("what is wrong is named with its line")
  func malformed() {
    let (a, b) = (Self.keys[0], Self.keys[1])
    let first = AuthorizedKeys.firstLine
    for (text, part) in [
      ("", "begins with"), ("client \(a) alice", "begins with"), ("\(first)0", "begins with"),
      ("\(first)\nclient \(a)", "line 2"), ("\(first)\n\nking \(a) alice", "line 3"),
      ("\(first)\nclient \(a) alice x", "line 2"), ("\(first)\nclient x alice", "line 2"),
      ("\(first)\nclient \(a) al/ice", "line 2"),
      ("\(first)\nclient \(a) alice\nworker \(b) alice", "line 3"),
      ("\(first)\nclient \(a) alice\nworker \(a) bob", "line 3"),
    ] {
      let error = #expect(throws: SecurityError.self) { try parse(text) }
      #expect(error?.message.contains(part) == true, "\(text)")
    }
  }

  @Test("what changes in the file counts at once, and what is malformed changes nothing")
  func reloading() throws {
    let place = try TemporaryFolder()
    let folder = KeyFolder(path: place.path)
    try folder.initialize()
    let file = try AuthorizedKeysFile(path: folder.authorizedKeys, logger: .quiet)
    func key(_ name: String) throws -> CurvePublicKey {
      try KeyFile(path: folder.file(of: name)).keys.publicKey
    }
    let client = try key("client")
    #expect(file.identity(of: client) == PeerIdentity(name: "client", role: "client"))
    #expect(file.identity(of: Self.keys[0]) == nil)
    try folder.add("alice", .worker)
    let alice = try key("alice")
    #expect(file.identity(of: alice) == PeerIdentity(name: "alice", role: "worker"))

    let good = try Data(contentsOf: URL(filePath: folder.authorizedKeys))
    for bad in ["", "\(AuthorizedKeys.firstLine)\nnonsense"] {
      try Data(bad.utf8).write(to: URL(filePath: folder.authorizedKeys))
      #expect(file.identity(of: alice) != nil)
    }
    try FileManager.default.removeItem(atPath: folder.authorizedKeys)
    #expect(file.identity(of: alice) != nil)
    try good.write(to: URL(filePath: folder.authorizedKeys))
    try place.set(0o600, of: "authorized_keys")
    #expect(file.identity(of: alice) != nil)

    try folder.revoke("alice")
    #expect(file.identity(of: alice) == nil)
    #expect(file.identity(of: client) != nil)
  }
}
