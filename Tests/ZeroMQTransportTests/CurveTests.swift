import Foundation
import GRPCCore
import MessagePack
import Testing

@testable import ZeroMQTransport

@Suite("Keys", .timeLimit(.minutes(1)))
struct CurveTests {
  private static let loopback = try! ZeroMQAddress("tcp://127.0.0.1:*")

  /// Runs a server with keys.
  private func withServer(
    _ keys: TestKeys, service: EchoService = EchoService(),
    _ body: (ZeroMQAddress) async throws -> Void
  ) async throws {
    try await withEchoServer(at: Self.loopback, security: keys.security(), service: service) {
      try await body($0.transport.listeningAddresses[0])
    }
  }

  /// What a call of a client ends with that is not let in.
  private func refusal(
    _ address: ZeroMQAddress, _ security: ZeroMQClientSecurity?,
    timeout: Duration = .seconds(5)
  ) async throws -> RPCError? {
    var options = testOptions()
    options.connectTimeout = timeout
    var error: RPCError?
    try await withEchoClient(of: address, security: security, options: options) { echo in
      error = await #expect(throws: RPCError.self) { try await echo.get("let me in") }
    }
    return error
  }

  /// Calls with a key where there is none on the other side, or without where there is. The server
  /// hangs up, and whether the client gets to read why is a matter of luck (libzmq 4.3.4).
  private func expectHangup(
    _ address: ZeroMQAddress, _ security: ZeroMQClientSecurity?
  ) async throws {
    // On a busy machine the time may be up before there was any handshake.
    while true {
      let error = try await refusal(address, security, timeout: .milliseconds(300))
      #expect(error?.code == .unauthenticated || error?.code == .unavailable)
      if error?.message.contains("key") != false { return }
    }
  }

  @Test("whoever has a key that is known is let in")
  func known() async throws {
    let keys = TestKeys()
    try await withServer(keys) { address in
      try await withEchoClient(of: address, security: keys.client("alice")) { echo in
        let answer = try await echo.get("hello")
        #expect(answer == "hello")
        let large = String(repeating: "x", count: 3 << 20)
        let isSame = try await echo.get(large) == large
        #expect(isSame)
      }
    }
  }

  @Test("whoever has another key, or none, gets nothing and is told why, while others go on")
  func unknown() async throws {
    let keys = TestKeys()
    let service = EchoService()
    try await withServer(keys, service: service) { address in
      try await withEchoClient(of: address, security: keys.client("alice")) { echo in
        let waiting = Task { try await echo.call(EchoMethod.stall, [Note("")]) }
        await service.events.wait(for: "stall")
        let stranger = keys.stranger()
        #expect(try await refusal(address, stranger)?.code == .unauthenticated)
        #expect(keys.refused == [stranger.keys.publicKey])
        try await expectHangup(address, nil)
        service.gate.add("open")
        let undisturbed = try await waiting.value.messages
        #expect(undisturbed == [Note("1")])
      }
    }
  }

  @Test("a client that takes the server for another one gets nowhere")
  func otherServer() async throws {
    let keys = TestKeys()
    try await withServer(keys) { address in
      var security = keys.client("alice")
      security.serverKey = try CurveKeyPair.generate().publicKey
      try await expectHangup(address, security)
    }
  }

  @Test("a client with a key is told when the server knows of none")
  func keylessServer() async throws {
    try await withEchoServer(at: Self.loopback) { server in
      let address = try await server.transport.listeningAddresses[0]
      try await expectHangup(address, TestKeys().stranger())
    }
  }

  @Test("a key that is revoked ends the calls of its holder, and lets nobody in again")
  func revoked() async throws {
    let keys = TestKeys()
    let service = EchoService()
    try await withServer(keys, service: service) { address in
      let bob = keys.client("bob")
      try await withEchoClient(of: address, security: keys.client("alice")) { alice in
        try await withEchoClient(of: address, security: bob) { echo in
          let waiting = Task { try await echo.call(EchoMethod.wait, [Note("")]) }
          await service.events.wait(for: "wait")
          keys.revoke(bob)
          let error = await #expect(throws: RPCError.self) { try await waiting.value }
          #expect(error?.code == .unauthenticated)
          await service.events.wait(for: "wait cancelled")
          let again = await #expect(throws: RPCError.self) { try await echo.get("again") }
          #expect(again?.code == .unauthenticated)
          let answer = try await alice.get("hello")
          #expect(answer == "hello")
          // And a key that is known again lets in again, with the next attempt to connect.
          keys.add(bob, name: "bob")
          var welcome: String?
          while welcome == nil { welcome = try? await echo.get("back") }
          #expect(welcome == "back")
        }
      }
    }
  }

  @Test("a server tells its handlers who calls")
  func callers() async throws {
    let keys = TestKeys()
    let ipc = try temporaryAddress()
    let file = URL(filePath: String(ipc.description.dropFirst("ipc://".count)))
    defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
    let transport = try ZeroMQServerTransport(
      addresses: [Self.loopback, ipc], security: keys.security(), options: testOptions())
    let callers = CallerRecorder()
    let server = GRPCServer(
      transport: transport, services: [EchoService()], interceptors: [callers])
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { try await server.serve() }
      let addresses = try await transport.listeningAddresses
      let alice = keys.client("alice", role: "worker")
      for (address, security) in [(addresses[0], alice), (addresses[1], nil)] {
        try await withEchoClient(of: address, security: security) { echo in
          let answer = try await echo.get("hello")
          #expect(answer == "hello")
        }
      }
      server.beginGracefulShutdown()
    }
    let alice = PeerIdentity(name: "alice", role: "worker")
    #expect(callers.peers == [.keyholder(alice), .local])
    #expect(callers.names[0] == "zmq:alice")
  }

  @Test("a REQ socket without a key gets no answer, and one with a key does")
  func rawPeers() async throws {
    let keys = TestKeys()
    let service = EchoService()
    try await withServer(keys, service: service) { address in
      let alice = keys.client("alice")
      try await RawPeer.onThread {
        let peer = try RawPeer(connectedTo: address, security: alice)
        peer.send(.call(1, "Get", coalesce: true), [try MessagePackWriter.pack(Note("x"))])
        #expect(try peer.receive().header.stream == 1)
        // What cannot be read is answered to those who are let in, and disturbs nobody.
        peer.send([.empty, MessageBytes("nonsense".utf8)])
        #expect(try peer.receive().header.status == 3)
      }
    }
  }

  @Test(
    "an address that others can reach is served and called with keys alone",
    arguments: ["tcp://0.0.0.0:*", "tcp://*:7000", "tcp://[::]:7000", "tcp://192.0.2.1:7000"])
  func remote(address: String) throws {
    let address = try ZeroMQAddress(address)
    #expect(address.isRemote)
    for attempt in [
      { _ = try ZeroMQServerTransport(addresses: [Self.loopback, address]) },
      { _ = try ZeroMQClientTransport(address: address) },
    ] {
      let error = #expect(throws: ZeroMQTransportError.self) { try attempt() }
      #expect(error?.code == .keysNeeded)
      #expect(error?.message.contains(address.description) == true)
      #expect(error?.message.contains("captionmesh keys") == true)
    }
  }

  @Test("a server on all addresses is reached with a key")
  func everywhere() async throws {
    let keys = TestKeys()
    let security = keys.security(coversLoopback: false)
    try await withEchoServer(at: ZeroMQAddress("tcp://0.0.0.0:*"), security: security) { server in
      let bound = try await server.transport.listeningAddresses[0]
      let port = bound.description.split(separator: ":").last!
      let address = try ZeroMQAddress("tcp://127.0.0.1:\(port)")
      try await withEchoClient(of: address, security: keys.client("alice")) { echo in
        let answer = try await echo.get("hello")
        #expect(answer == "hello")
      }
      try await expectHangup(address, nil)
    }
  }

  @Test(
    "what is loopback",
    arguments: [
      ("tcp://127.0.0.1:1", false), ("tcp://127.1.2.3:1", false), ("tcp://localhost:1", false),
      ("tcp://[::1]:1", false), ("ipc:///run/x", false), ("tcp://127.0.0.1.example.org:1", true),
      ("tcp://127.0.0.1:0;192.0.2.1:1", true), ("tcp://127.0.0:1", true), ("tcp://lo:1", true),
      ("tcp://[::ffff:127.0.0.1]:1", false), ("tcp://[::ffff:192.0.2.1]:1", true),
      ("tcp://128.0.0.1:1", true), ("tcp://host:1", true),
    ])
  func loopback(address: String, isRemote: Bool) throws {
    #expect(try ZeroMQAddress(address).isRemote == isRemote)
  }

  @Test("the folder of a socket is refused when others may enter it")
  func openFolder() async throws {
    let address = try temporaryAddress()
    let file = URL(filePath: String(address.description.dropFirst("ipc://".count)))
    let folder = file.deletingLastPathComponent()
    for mode in [0o755, 0o710, 0o701, 0o770] {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      defer { try? FileManager.default.removeItem(at: folder) }
      try FileManager.default.setAttributes(
        [.posixPermissions: mode], ofItemAtPath: folder.path)
      let transport = try ZeroMQServerTransport(addresses: [address])
      let error = await #expect(throws: ZeroMQTransportError.self) {
        try await transport.listen { _, _ in }
      }
      #expect(error?.code == .cannotBind)
      #expect(error?.message.contains("chmod 700 \(folder.path)") == true)
    }
  }

  @Test("keys are read and written as Z85")
  func z85() throws {
    // RFC 32's own alphabet and that of CurveZMQ's documentation.
    let text = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"
    let secret = try #require(CurveSecretKey(z85: text))
    #expect(secret.revealed == text)
    #expect(
      try CurveKeyPair(secret).publicKey.description
        == "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7")
    for bad in [
      "", "x", String(repeating: "a", count: 39), String(repeating: "a", count: 41),
      String(repeating: "~", count: 40), String(repeating: "#", count: 40),
      String(repeating: "é", count: 20),
    ] {
      #expect(CurvePublicKey(z85: bad) == nil, "\(bad)")
      #expect(CurveSecretKey(z85: bad) == nil, "\(bad)")
    }
  }

  @Test("a secret key shows itself nowhere")
  func secrecy() throws {
    let pair = try CurveKeyPair.generate()
    let security = ZeroMQClientSecurity(keys: pair, serverKey: pair.publicKey)
    var dumped = ""
    dump(security, to: &dumped)
    for text in ["\(pair)", String(reflecting: security), dumped, "\(pair.secretKey)"] {
      #expect(!text.contains(pair.secretKey.revealed))
      #expect(!text.contains("\(pair.secretKey.bytes[0]), \(pair.secretKey.bytes[1])"))
    }
  }

  @Test("what libzmq asks is understood, and nothing else")
  func requests() throws {
    let key = try CurveKeyPair.generate().publicKey
    func frames(_ texts: String..., key: [UInt8]? = nil) -> [MessageBytes] {
      texts.map { MessageBytes($0.utf8) } + (key.map { [MessageBytes($0)] } ?? [])
    }
    let asked = AuthenticationRequest(
      frames("1.0", "7", "keys", "192.0.2.1", "", "CURVE", key: key.bytes))
    #expect(asked?.credentials == .curve(key))
    #expect(asked?.address == "192.0.2.1")
    #expect(asked?.reply(user: nil).map(\.array)[2] == Array("400".utf8))
    #expect(asked?.reply(user: "u").map(\.array)[4] == Array("u".utf8))
    #expect(
      AuthenticationRequest(frames("1.0", "7", "local", "", "", "NULL"))?.credentials
        == AuthenticationRequest.Credentials.none)
    for bad in [
      [], frames("1.0", "7", "keys", "", ""), frames("1.1", "7", "keys", "", "", "NULL"),
      frames("1.0", "7", "keys", "", "", "PLAIN", key: []),
      frames("1.0", "7", "keys", "", "", "CURVE"),
      frames("1.0", "7", "keys", "", "", "CURVE", key: [1, 2, 3]),
      frames("1.0", "7", "keys", "", "", "NULL", key: key.bytes),
    ] {
      #expect(AuthenticationRequest(bad) == nil)
    }
  }
}
