import CZeroMQ
import Foundation
import GRPCCore
import MessagePack
import Testing

@testable import ZeroMQTransport

@Suite("Intruders", .timeLimit(.minutes(1)))
struct IntruderTests {
  /// What ZMTP begins with (RFC 23): signature, version, mechanism, whether it is the server.
  private static func greeting(_ mechanism: String) -> [UInt8] {
    [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 0] + Array(mechanism.utf8)
      + [UInt8](repeating: 0, count: 20 - mechanism.utf8.count + 32)
  }

  /// A ping in frames of ZMTP 1.0, in which lengths count the flags.
  private static let oldPing: [UInt8] = {
    let header = WireHeader.ping.encoded().array
    return [1, 1, UInt8(header.count + 1), 0] + header
  }()

  /// What is sent on a bare connection.
  static let attacks: [(name: String, bytes: [UInt8])] = [
    ("NULL", greeting("NULL") + [4, 6, 5] + Array("READY".utf8)),
    ("PLAIN", greeting("PLAIN")),
    // The first versions knew no mechanisms.
    ("ZMTP 1.0", [1, 0] + oldPing),
    ("ZMTP 2.0", [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 1, 5, 0, 0] + oldPing),
    (
      "a HELLO of zeros",
      greeting("CURVE") + [4, 200, 5] + Array("HELLO".utf8) + [UInt8](repeating: 0, count: 194)
    ),
    ("a message before the handshake", greeting("CURVE") + [0, 3, 1, 2, 3]),
    ("a READY without a HELLO", greeting("CURVE") + [4, 6, 5] + Array("READY".utf8)),
    ("a command without end", greeting("CURVE") + [6] + [UInt8](repeating: 0xFF, count: 8)),
  ]

  @Test("what is no handshake of CURVE is hung up on, and disturbs nobody")
  func attacks() async throws {
    let keys = TestKeys()
    let service = EchoService()
    let loopback = try ZeroMQAddress("tcp://127.0.0.1:*")
    try await withEchoServer(at: loopback, security: keys.security(), service: service) { server in
      let address = try await server.transport.listeningAddresses[0]
      let port = UInt16(address.description.split(separator: ":").last!)!
      try await withEchoClient(of: address, security: keys.client("alice")) { echo in
        let waiting = Task { try await echo.call(EchoMethod.stall, [Note("")]) }
        await service.events.wait(for: "stall")
        for (name, bytes) in Self.attacks {
          try await RawPeer.onThread {
            let answer = try TCPConnection(port: port).answer(to: bytes)
            // At most its own greeting and the error of a handshake; no pong.
            #expect(answer.count < 128, "\(name)")
            #expect(!String(decoding: answer, as: UTF8.self).contains("pong"), "\(name)")
          }
        }
        service.gate.add("open")
        let undisturbed = try await waiting.value.messages
        #expect(undisturbed == [Note("1")])
      }
    }
  }

  @Test("of every connection that is refused the end is seen, so that nothing is kept of it")
  func ends() async throws {
    let keys = TestKeys()
    try await RawPeer.onThread {
      let context = try ZeroMQContext()
      let authentication = try AuthenticationSocket(keys.security(), in: context)
      let server = try ZeroMQSocket(ZMQ_ROUTER, in: context, limits: ZeroMQLimits())
      let address = try ZeroMQAddress("tcp://127.0.0.1:*")
      authentication.prepare(server, for: address)
      let bound = try server.bind(to: address)
      let wakeup = try Wakeup()
      var table = ConnectionTable()
      var (accepted, ended) = (0, 0)
      let clients = try (0..<20).map { index in
        let client = try ZeroMQSocket(ZMQ_DEALER, in: .shared(), limits: ZeroMQLimits())
        client.set(ZMQ_RECONNECT_IVL, -1)
        if index % 2 == 0 { client.use(keys.stranger()) }
        try client.connect(to: bound)
        return client
      }
      let deadline = ContinuousClock.now + .seconds(20)
      while ended < clients.count, .now < deadline {
        authentication.answer()
        for event in server.connectionEvents() {
          switch event.kind {
          case .accepted:
            table.opened(event.descriptor)
            accepted += 1
          case .disconnected:
            _ = table.closed(event.descriptor)
            ended += 1
          default: break
          }
        }
        _ = ZeroMQSocket.wait(
          for: server, writable: false, or: authentication.socket, wakeup: wakeup,
          until: .now + .milliseconds(50))
      }
      #expect(accepted == clients.count)
      #expect(ended == clients.count)
      #expect(server.receive() == nil)
    }
  }
}

/// A connection of TCP on which anything can be sent.
private struct TCPConnection: ~Copyable {
  private let descriptor: Int32

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    // Nobody waits for ever.
    var timeout = timeval(tv_sec: 10, tv_usec: 0)
    unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    let isConnected = unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    try #require(isConnected)
  }

  deinit { close(descriptor) }

  /// Sends the bytes, and gives back all that comes until the server hangs up.
  ///
  /// - Throws: ``RawPeer/Silence`` when it does not.
  func answer(to bytes: [UInt8]) throws -> [UInt8] {
    _ = unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    var answer: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = unsafe recv(descriptor, &part, part.count, 0)
      // A reset is an end, too: what was sent had not been read.
      if count == 0 || (count < 0 && errno == ECONNRESET) { return answer }
      guard count > 0 else { throw RawPeer.Silence() }
      answer += part[..<count]
    }
  }
}
