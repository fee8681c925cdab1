import Foundation
import Testing
import ZeroMQTransport

@testable import MeshSecurity

@Suite("Key files")
struct KeyFileTests {
  @Test("keys are made for their owner alone, and each works for who it is made for")
  func initialize() throws {
    let place = try TemporaryFolder()
    let folder = KeyFolder(path: place.path + "/captionmesh/keys")
    try folder.initialize()
    let names = [
      "dispatcher.key", "authorized_keys", "client.key", "worker.key", "administrator.key",
    ]
    let found = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(Set(found) == Set(names))
    for name in names {
      #expect(try place.mode(of: "captionmesh/keys/\(name)") == 0o600)
    }
    #expect(try place.mode(of: "captionmesh/keys") == 0o700)
    #expect(try place.mode(of: "captionmesh") == 0o700)

    let dispatcher = try KeyFile(path: folder.dispatcherKey)
    #expect(dispatcher.membership == nil)
    #expect(throws: SecurityError.self) { try dispatcher.clientSecurity("dispatcher.key") }
    let list = try folder.list()
    #expect(list.entries.count == 3)
    for role in KeyRole.allCases {
      let key = try KeyFile(path: folder.file(of: role.rawValue))
      #expect(key.name == role.rawValue)
      #expect(key.membership?.role == role)
      #expect(key.membership?.dispatcherKey == dispatcher.keys.publicKey)
      #expect(list[role.rawValue]?.key == key.keys.publicKey)
      #expect(try key.clientSecurity("x").serverKey == dispatcher.keys.publicKey)
    }
  }

  @Test("nothing is overwritten")
  func keeping() throws {
    let place = try TemporaryFolder()
    let folder = KeyFolder(path: place.path)
    try folder.initialize()
    try folder.add("alice", .client)
    func contents() throws -> [String: Data] {
      var contents: [String: Data] = [:]
      for name in try FileManager.default.contentsOfDirectory(atPath: place.path) {
        contents[name] = try Data(contentsOf: URL(filePath: "\(place.path)/\(name)"))
      }
      return contents
    }
    let before = try contents()
    let file = folder.file(of: "client")
    for attempt in [
      { try folder.initialize() },
      { try folder.add("alice", .worker) },
      { try folder.add("bob", .client, file: file) },
    ] {
      let error = #expect(throws: SecurityError.self) { try attempt() }
      #expect(error?.code == .exists)
    }
    #expect(try contents() == before)
  }

  @Test("a revoked key is let in no longer, and its file is gone; others stay")
  func revoking() throws {
    let place = try TemporaryFolder()
    let folder = KeyFolder(path: place.path)
    try folder.initialize()
    try folder.add("alice", .client)
    try folder.revoke("alice")
    #expect(try folder.list().entries.map(\.name) == KeyRole.allCases.map(\.rawValue))
    #expect(!FileManager.default.fileExists(atPath: folder.file(of: "alice")))
    let error = #expect(throws: SecurityError.self) { try folder.revoke("alice") }
    #expect(error?.code == .badName)
    let file = try folder.add("alice", .worker, file: "\(place.path)/alice-2")
    #expect(try KeyFile(path: file).membership?.role == .worker)
  }

  @Test(
    "a name that cannot be one is refused",
    arguments: [
      "", ".hidden", "-x", "a/b", "..", "a b", "a\nb", "dispatcher", "é",
      String(repeating: "a", count: 65),
    ])
  func names(name: String) throws {
    let place = try TemporaryFolder()
    let folder = KeyFolder(path: place.path)
    try folder.initialize()
    let error = #expect(throws: SecurityError.self) { try folder.add(name, .client) }
    #expect(error?.code == .badName)
  }

  @Test("a key file that others may read is refused", arguments: [0o640, 0o604, 0o666, 0o620])
  func exposed(mode: Int) throws {
    let place = try TemporaryFolder()
    let folder = KeyFolder(path: place.path)
    try folder.initialize()
    let file = folder.file(of: "client")
    try place.set(mode, of: "client.key")
    let error = #expect(throws: SecurityError.self) { try KeyFile(path: file) }
    #expect(error?.code == .exposed)
    #expect(error?.message.contains("chmod 600 \(file)") == true)
    try place.set(mode, of: "dispatcher.key")
    #expect(throws: SecurityError.self) {
      try folder.serverSecurity(coversLoopback: true, logger: .quiet)
    }
  }

  @Test("a list that others may write, and a folder that they may enter, are refused")
  func exposedList() throws {
    let place = try TemporaryFolder()
    let folder = KeyFolder(path: place.path)
    try folder.initialize()
    try place.set(0o644, of: "authorized_keys")
    _ = try folder.serverSecurity(coversLoopback: true, logger: .quiet)
    try place.set(0o664, of: "authorized_keys")
    #expect(throws: SecurityError.self) {
      try folder.serverSecurity(coversLoopback: true, logger: .quiet)
    }
    try place.set(0o600, of: "authorized_keys")
    try place.set(0o710, of: ".")
    let error = #expect(throws: SecurityError.self) {
      try folder.serverSecurity(coversLoopback: true, logger: .quiet)
    }
    #expect(error?.message.contains("chmod 700") == true)
  }

  @Test("a key file of any bytes is read or refused, and no message quotes it")
  func mutated() throws {
    var generator = SeededGenerator(seed: 4)
    let keys = try CurveKeyPair.generate()
    let key = KeyFile(
      name: "alice", keys: keys,
      membership: .init(role: .client, dispatcherKey: try CurveKeyPair.generate().publicKey))
    let whole = Array(key.text.utf8)
    #expect(try KeyFile(whole, file: "x").keys.publicKey == keys.publicKey)
    for _ in 0..<2_000 {
      let bytes = generator.mutation(of: whole)
      do {
        _ = try KeyFile(bytes, file: "alice.key")
      } catch {
        #expect(error.message.hasPrefix("alice.key: "))
        #expect(!error.message.contains(keys.secretKey.revealed.prefix(8)))
      }
    }
  }

  @Test("a key file whose parts do not belong together is refused")
  func inconsistent() throws {
    let keys = try CurveKeyPair.generate()
    let other = try CurveKeyPair.generate().publicKey
    let text = KeyFile(
      name: "alice", keys: keys, membership: .init(role: .client, dispatcherKey: other)
    ).text
    for (part, instead) in [
      ("public \(keys.publicKey)", "public \(other)"), ("role client\n", ""),
      ("role client", "role king"), ("name alice\n", ""), ("name alice", "name ../alice"),
      ("captionmesh-key 1", "captionmesh-key 2"), ("role client\n", "role client\nrole client\n"),
      ("secret ", "secret  x"), ("role client\n", "role client\ncolour red\n"),
    ] {
      let changed = text.replacingOccurrences(of: part, with: instead)
      #expect(changed != text)
      let error = #expect(throws: SecurityError.self) {
        try KeyFile(Array(changed.utf8), file: "x")
      }
      #expect(error?.code == .malformed)
    }
  }
}
