import CZeroMQ
import GRPCCore
import MessagePack

@testable import ZeroMQTransport

/// A peer that does what a test wants, well-behaved or not. It blocks: use it in ``onThread(_:)``.
final class RawPeer {
  struct Silence: Error {}

  private let socket: ZeroMQSocket
  private let wakeup: Wakeup
  private let isRouter: Bool

  /// A client that is connected to a server.
  init(connectedTo address: ZeroMQAddress, security: ZeroMQClientSecurity? = nil) throws {
    socket = try ZeroMQSocket(ZMQ_DEALER, in: .shared(), limits: ZeroMQLimits())
    if let security { socket.use(security) }
    wakeup = try Wakeup()
    isRouter = false
    try socket.connect(to: address)
  }

  /// A server.
  init(bound address: ZeroMQAddress) throws {
    socket = try ZeroMQSocket(ZMQ_ROUTER, in: .shared(), limits: ZeroMQLimits())
    wakeup = try Wakeup()
    isRouter = true
    try IPCSocketFile.prepare(address.path!, of: address)
    _ = try socket.bind(to: address)
  }

  deinit { socket.unbind() }

  func send(_ frames: [MessageBytes]) {
    precondition(socket.send(frames) == .sent)
  }

  func send(_ header: WireHeader, _ messages: [MessageBytes] = [], to peer: MessageBytes? = nil) {
    send((peer.map { [$0] } ?? []) + [.empty, header.encoded()] + messages)
  }

  /// The next message's frames.
  ///
  /// - Throws: ``Silence`` when none comes within ten seconds.
  func receiveFrames() throws -> [MessageBytes] {
    let deadline = ContinuousClock.now + .seconds(10)
    while true {
      if let multipart = socket.receive(envelope: isRouter ? 1 : 0) { return multipart.frames }
      if deadline <= .now { throw Silence() }
      _ = ZeroMQSocket.wait(for: socket, writable: false, wakeup: wakeup, until: deadline)
    }
  }

  /// The next message that is neither a ping nor a pong, at a client.
  func receive() throws -> (header: WireHeader, messages: [MessageBytes]) {
    while true {
      let (header, messages) = try Multipart(frames: receiveFrames()).parsed(limits: .init())
      if header != .ping && header != .pong { return (header, messages) }
    }
  }

  /// The next request at a server, with who sent it; pings are answered.
  func serve() throws -> (peer: MessageBytes, header: WireHeader) {
    while true {
      var frames = try receiveFrames()
      let peer = frames.removeFirst()
      let (header, _) = try Multipart(frames: frames).parsed(limits: .init())
      if header == .ping { send(.pong, to: peer) } else { return (peer, header) }
    }
  }

  /// Does what blocks on a thread of its own.
  static func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await NamedThread.run(name: "raw-peer", body: body)
  }
}

extension WireHeader {
  /// A request that opens a stream.
  static func call(
    _ stream: UInt64, _ method: String, coalesce: Bool = false, end: Bool = true
  ) -> WireHeader {
    .request(
      stream: stream,
      opening: Opening(method: "test.v1.Echo/\(method)", metadata: [:], coalesce: coalesce),
      end: end)
  }

  /// The code of the status that a response ends with.
  var status: Int? {
    if case .response(_, _, let ending?) = self { ending.status.code.rawValue } else { nil }
  }
}
