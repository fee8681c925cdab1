import Foundation
import Testing
import ZeroMQTransport

@testable import MeshSecurity

@Suite("Which key is used")
struct ClientKeysTests {
  private let place: TemporaryFolder
  private let folder: KeyFolder
  private let remote = try! ZeroMQAddress("tcp://192.0.2.1:7400")
  private let loopback = try! ZeroMQAddress("tcp://127.0.0.1:7400")
  private let ipc = try! ZeroMQAddress("ipc:///run/s")

  init() throws {
    place = try TemporaryFolder()
    folder = KeyFolder(path: "\(place.path)/captionmesh/keys")
    try folder.initialize()
    try folder.add("alice", .client)
  }

  private func name(
    _ address: ZeroMQAddress, file: String? = nil, _ role: KeyRole = .client,
    _ environment: [String: String] = [:]
  ) throws -> String? {
    var environment = environment
    environment["XDG_CONFIG_HOME"] = environment["XDG_CONFIG_HOME"] ?? place.path
    let security = try ClientKeys.security(
      for: address, file: file, role: role, environment: environment)
    return try folder.list().entries.first { $0.key == security?.keys.publicKey }?.name
  }

  @Test("for other machines the one that is named, else that of the role")
  func other() throws {
    let alice = folder.file(of: "alice")
    #expect(try name(remote) == "client")
    #expect(try name(remote, .worker) == "worker")
    #expect(try name(remote, file: alice) == "alice")
    #expect(try name(remote, ["CAPTIONMESH_KEY": alice]) == "alice")
    #expect(try name(remote, ["CAPTIONMESH_KEY": ""]) == "client")
    #expect(
      try name(remote, file: alice, .client, ["CAPTIONMESH_KEY": folder.file(of: "worker")])
        == "alice")
  }

  @Test("on this machine none unless one is named, and with ipc none")
  func local() throws {
    let alice = folder.file(of: "alice")
    #expect(try name(loopback) == nil)
    #expect(try name(loopback, file: alice) == "alice")
    #expect(try name(ipc, file: alice) == nil)
  }

  @Test("where one is needed and there is none, it says how to come by one")
  func missing() throws {
    let error = #expect(throws: SecurityError.self) {
      try name(remote, ["XDG_CONFIG_HOME": "/nowhere"])
    }
    #expect(error?.code == .missing)
    #expect(error?.message.contains("/nowhere/captionmesh/keys/client.key") == true)
    #expect(error?.message.contains("captionmesh keys add") == true)
    #expect(throws: SecurityError.self) { try name(remote, file: "/nowhere/alice.key") }
    #expect(throws: SecurityError.self) { try name(loopback, file: folder.dispatcherKey) }
  }

  private func name(
    _ address: ZeroMQAddress, _ environment: [String: String]
  ) throws -> String? { try name(address, file: nil, .client, environment) }

  @Test("the folder follows the environment")
  func folders() throws {
    let home = ["HOME": "/home/user"]
    #expect(try KeyFolder(environment: home).path == "/home/user/.config/captionmesh/keys")
    #expect(
      try KeyFolder(environment: home.merging(["XDG_CONFIG_HOME": "/x"]) { $1 }).path
        == "/x/captionmesh/keys")
    #expect(
      try KeyFolder(environment: home.merging(["CAPTIONMESH_KEYS": "/k"]) { $1 }).path == "/k")
    #expect(throws: SecurityError.self) { try KeyFolder(environment: [:]) }
  }
}
