import Foundation
import GRPCCore
import Testing
import ZeroMQTransport

@Suite("Connecting and binding", .timeLimit(.minutes(1)))
struct ConnectingTests {
  private func impatient() -> ZeroMQTransportOptions {
    var options = testOptions()
    options.connectTimeout = .milliseconds(200)
    return options
  }

  @Test("without a server a call is UNAVAILABLE in time and names the address")
  func noServer() async throws {
    for address in [try temporaryAddress(), try ZeroMQAddress("tcp://127.0.0.1:1")] {
      try await withEchoClient(of: address, options: impatient()) { echo in
        let error = await #expect(throws: RPCError.self) { try await echo.get("anyone?") }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains(address.description) == true)
      }
    }
  }

  @Test("a call is UNAVAILABLE when the client is not run")
  func notRun() async throws {
    let address = try temporaryAddress()
    let transport = try ZeroMQClientTransport(address: address, options: impatient())
    let echo = EchoClient(client: GRPCClient(transport: transport))
    let error = await #expect(throws: RPCError.self) { try await echo.get("anyone?") }
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains(address.description) == true)
  }

  @Test("a call waits for a server that comes in time", arguments: [true, false])
  func serverComes(waitForReady: Bool) async throws {
    let address = try temporaryAddress()
    try await withEchoClient(of: address, options: waitForReady ? impatient() : testOptions()) {
      echo in
      let call = Task { try await echo.get("at last", waitForReady: waitForReady) }
      if waitForReady {
        // Another call's time is up, this one's is not.
        await #expect(throws: RPCError.self) { try await echo.get("now") }
      }
      try await withEchoServer(at: address) { _ in
        let answer = try await call.value
        #expect(answer == "at last")
      }
    }
  }

  @Test("a deadline and a cancellation end the wait for a server")
  func endsWaiting() async throws {
    try await withEchoClient(of: temporaryAddress()) { echo in
      let error = await #expect(throws: RPCError.self) {
        try await echo.get("now", timeout: .milliseconds(50), waitForReady: true)
      }
      #expect(error?.code == .deadlineExceeded)
      let call = Task { try await echo.get("now", waitForReady: true) }
      call.cancel()
      await #expect(throws: (any Error).self) { try await call.value }
    }
  }

  @Test("an address that a live server has is refused, and that server is not disturbed")
  func inUse() async throws {
    for address in [try temporaryAddress(), try ZeroMQAddress("tcp://127.0.0.1:*")] {
      try await withEchoServer(at: address) { server in
        let bound = try await server.transport.listeningAddresses[0]
        let second = try ZeroMQServerTransport(addresses: [bound])
        let error = await #expect(throws: ZeroMQTransportError.self) {
          try await second.listen { _, _ in }
        }
        #expect(error?.code == .addressInUse)
        #expect(error?.message.contains(bound.description) == true)
        await #expect(throws: ZeroMQTransportError.self) { try await second.listeningAddresses }
        try await withEchoClient(of: bound) { echo in
          let answer = try await echo.get("still here")
          #expect(answer == "still here")
        }
      }
    }
  }

  @Test("the socket file of a killed server is no obstacle, another file is")
  func staleFile() async throws {
    let address = try temporaryAddress()
    let path = String(address.description.dropFirst("ipc://".count))
    let folder = URL(filePath: path).deletingLastPathComponent()
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    // A socket that nobody listens at any more, as a killed server leaves it.
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    let bound = unsafe withUnsafePointer(to: &name) { name in
      unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
        unsafe bind(descriptor, name, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    close(descriptor)
    try await withEchoServer(at: address) { _ in
      try await withEchoClient(of: address) { echo in
        let answer = try await echo.get("fresh")
        #expect(answer == "fresh")
      }
    }

    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("precious".utf8).write(to: URL(filePath: path))
    let transport = try ZeroMQServerTransport(addresses: [address])
    let error = await #expect(throws: ZeroMQTransportError.self) {
      try await transport.listen { _, _ in }
    }
    #expect(error?.code == .cannotBind)
    #expect(try Data(contentsOf: URL(filePath: path)) == Data("precious".utf8))
  }

  @Test("the folder of a socket is made for this user only")
  func folder() async throws {
    let address = try temporaryAddress()
    let path = String(address.description.dropFirst("ipc://".count))
    try await withEchoServer(at: address) { server in
      _ = try await server.transport.listeningAddresses
      let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
      let attributes = try FileManager.default.attributesOfItem(atPath: folder)
      #expect(attributes[.posixPermissions] as? Int == 0o700)
    }
  }

  @Test("a server answers at each of its addresses")
  func severalAddresses() async throws {
    let addresses = [
      try temporaryAddress(), try ZeroMQAddress("tcp://127.0.0.1:*"),
      try ZeroMQAddress("tcp://[::1]:*"),
    ]
    let transport = try ZeroMQServerTransport(addresses: addresses, options: testOptions())
    try await withGRPCServer(transport: transport, services: [EchoService()]) { server in
      for address in try await server.transport.listeningAddresses {
        try await withEchoClient(of: address) { echo in
          let answer = try await echo.get(address.description)
          #expect(answer == address.description)
        }
      }
    }
    let path = String(addresses[0].description.dropFirst("ipc://".count))
    #expect(!FileManager.default.fileExists(atPath: path))
    try FileManager.default.removeItem(
      at: URL(filePath: path).deletingLastPathComponent())
  }

  @Test("a transport starts once")
  func once() async throws {
    let server = try ZeroMQServerTransport(addresses: [temporaryAddress()])
    server.beginGracefulShutdown()
    var error = await #expect(throws: ZeroMQTransportError.self) {
      try await server.listen { _, _ in }
    }
    #expect(error?.code == .notStartable)
    let client = try ZeroMQClientTransport(address: temporaryAddress())
    client.beginGracefulShutdown()
    error = await #expect(throws: ZeroMQTransportError.self) { try await client.connect() }
    #expect(error?.code == .notStartable)
  }

  @Test(
    "addresses that cannot be used are explained",
    arguments: [
      "", "dispatcher", "inproc://x", "ipc://relative", "ipc:///folder/", "tcp://host",
      "tcp://host:70000", "tcp://:1", "ipc:///\(String(repeating: "x", count: 107))", "ipc:///a\0b",
    ])
  func invalid(address: String) {
    let error = #expect(throws: ZeroMQTransportError.self) { try ZeroMQAddress(address) }
    #expect(error?.code == .invalidAddress)
  }

  @Test(
    "addresses that can be used",
    arguments: ["ipc:///\(String(repeating: "x", count: 106))", "tcp://*:7"])
  func valid(address: String) throws {
    #expect(try ZeroMQAddress(address).description == address)
  }
}
