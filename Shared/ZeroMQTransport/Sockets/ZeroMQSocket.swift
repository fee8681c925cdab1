import CZeroMQ
import Glibc
import MessagePack
import Tensor

/// A socket, used by the thread that made it and by no other.
@safe
final class ZeroMQSocket {
  enum SendResult { case sent, wouldBlock, unreachable }

  /// Smaller frames are copied: that costs less than to share them.
  private static let smallFrame = 1_024

  private let context: ZeroMQContext
  private let limits: ZeroMQLimits
  let pointer: UnsafeMutableRawPointer
  /// Where libzmq reports what becomes of the connections.
  let monitor: UnsafeMutableRawPointer
  /// What ``unbind()`` gives back.
  var bound: [ZeroMQAddress] = []

  /// - Parameter type: `ZMQ_DEALER`, `ZMQ_ROUTER` or `ZMQ_REP`.
  /// - Throws: ``ZeroMQTransportError`` with code `system`.
  init(
    _ type: Int32, in context: ZeroMQContext, limits: ZeroMQLimits
  ) throws(ZeroMQTransportError) {
    self.context = context
    self.limits = limits
    guard let pointer = unsafe zmq_socket(context.pointer, type) else {
      throw .lastError("cannot make a ZeroMQ socket")
    }
    unsafe self.pointer = pointer
    do {
      unsafe monitor = try Self.monitor(of: pointer, in: context)
    } catch {
      unsafe zmq_close(pointer)
      throw error
    }
    // Flow control is by credit; these marks are far above what credit allows in practice.
    set(ZMQ_SNDHWM, 100_000)
    set(ZMQ_RCVHWM, 100_000)
    var maxFrameBytes = Int64(limits.maxFrameBytes)
    unsafe zmq_setsockopt(
      pointer, ZMQ_MAXMSGSIZE, &maxFrameBytes, MemoryLayout.size(ofValue: maxFrameBytes))
    set(ZMQ_HANDSHAKE_IVL, 5_000)
    // No ZMTP heartbeats: they show less than our pings, and when one falls due on a lingering
    // connection that the peer has closed, libzmq 4.3.4 aborts (stream_engine_base.cpp:331).
    set(ZMQ_IPV6, 1)
    set(ZMQ_LINGER, 0)
  }

  deinit {
    unsafe zmq_socket_monitor(pointer, nil, 0)
    unsafe zmq_close(monitor)
    unsafe zmq_close(pointer)
  }

  func set(_ option: Int32, _ value: Int32) {
    var value = value
    let result = unsafe zmq_setsockopt(pointer, option, &value, MemoryLayout<Int32>.size)
    precondition(result == 0, "libzmq does not know option \(option)")
  }

  func set(_ option: Int32, bytes: [UInt8]) {
    let result = unsafe zmq_setsockopt(pointer, option, bytes, bytes.count)
    precondition(result == 0, "libzmq refuses option \(option) of \(bytes.count) bytes")
  }

  /// Has the connections that are made next be those of CURVE.
  func use(_ security: ZeroMQClientSecurity) {
    set(ZMQ_CURVE_SERVERKEY, bytes: security.serverKey.bytes)
    set(ZMQ_CURVE_PUBLICKEY, bytes: security.keys.publicKey.bytes)
    set(ZMQ_CURVE_SECRETKEY, bytes: security.keys.secretKey.bytes)
  }

  /// Gives the socket the identity by which a ROUTER knows it: 16 random bytes.
  func setRandomIdentity() {
    // A first byte of zero is libzmq's own.
    set(
      ZMQ_ROUTING_ID,
      bytes: [UInt8.random(in: 1...255)] + (1..<16).map { _ in UInt8.random(in: 0...255) })
  }

  func connect(to address: ZeroMQAddress) throws(ZeroMQTransportError) {
    guard unsafe zmq_connect(pointer, address.description) == 0 else {
      throw .lastError("cannot connect to \(address)", code: .invalidAddress)
    }
  }

  /// Binds and returns the address that was bound, with its port.
  func bind(to address: ZeroMQAddress) throws(ZeroMQTransportError) -> ZeroMQAddress {
    guard unsafe zmq_bind(pointer, address.description) == 0 else {
      if zmq_errno() == EADDRINUSE { throw .addressInUse(address) }
      throw .lastError("cannot bind \(address)", code: .cannotBind)
    }
    var endpoint = [UInt8](repeating: 0, count: 512)
    var length = endpoint.count
    guard unsafe zmq_getsockopt(pointer, ZMQ_LAST_ENDPOINT, &endpoint, &length) == 0 else {
      throw .lastError("cannot tell the address bound for \(address)")
    }
    let actual = try ZeroMQAddress(String(decoding: endpoint[..<(length - 1)], as: UTF8.self))
    bound.append(actual)
    return actual
  }

  /// Binds an address within the process.
  func bind(endpoint: String) throws(ZeroMQTransportError) {
    guard unsafe zmq_bind(pointer, endpoint) == 0 else {
      throw .lastError("cannot bind \(endpoint)")
    }
  }

  /// Whether a message can be sent now.
  var isWritable: Bool {
    var events: Int32 = 0
    var length = MemoryLayout<Int32>.size
    unsafe zmq_getsockopt(pointer, ZMQ_EVENTS, &events, &length)
    return events & ZMQ_POLLOUT != 0
  }

  /// Sends all frames, or none of them.
  func send(_ frames: [MessageBytes]) -> SendResult {
    for (index, frame) in frames.enumerated() {
      let more = index < frames.count - 1 ? ZMQ_SNDMORE : 0
      var message = Self.message(of: frame)
      var result: Int32
      repeat {
        result = unsafe zmq_msg_send(&message, pointer, ZMQ_DONTWAIT | more)
      } while result < 0 && zmq_errno() == EINTR
      if result < 0 {
        let reason = zmq_errno()
        unsafe zmq_msg_close(&message)
        // Once the first frame is taken the others are, unless the peer goes in between.
        return reason == EAGAIN && index == 0 ? .wouldBlock : .unreachable
      }
    }
    return .sent
  }

  /// libzmq's message of a frame, sharing its memory unless it is small.
  private static func message(of frame: MessageBytes) -> zmq_msg_t {
    var message = zmq_msg_t()
    unsafe frame.withUnsafeBytes { bytes in
      if bytes.count < smallFrame {
        unsafe zmq_msg_init_size(&message, bytes.count)
        if let start = bytes.baseAddress {
          unsafe zmq_msg_data(&message).copyMemory(from: start, byteCount: bytes.count)
        }
      } else {
        let owner = unsafe Unmanaged.passRetained(frame.buffer).toOpaque()
        unsafe zmq_msg_init_data(
          &message, UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count,
          { _, owner in unsafe Unmanaged<AlignedBuffer>.fromOpaque(owner!).release() }, owner)
      }
    }
    return message
  }

  /// The next message, or nil when none has come.
  ///
  /// - Parameters:
  ///   - envelope: the number of frames in front of what the peer sent.
  ///   - withUser: whether to ask whom the authenticator let in.
  func receive(envelope: Int = 0, withUser: Bool = false) -> Multipart? {
    var multipart = Multipart()
    var bytes = 0
    var origin = FrameOrigin(user: withUser ? .unread : .unwanted)
    while origin.hasMore {
      guard let frame = unsafe Self.receiveFrame(from: pointer, &origin) else { return nil }
      multipart.connection = origin.connection
      if case .read(let user) = origin.user { multipart.user = user }
      guard multipart.excess == nil else { continue }
      bytes += frame.count
      if multipart.frames.count == limits.maxFrames + envelope {
        multipart.excess = "more than \(limits.maxFrames) frames"
      } else if bytes > limits.maxMessageBytes {
        multipart.excess = "more than \(limits.maxMessageBytes) bytes"
      } else {
        multipart.frames.append(frame)
      }
    }
    return multipart
  }

  /// What libzmq says of a frame beside its bytes.
  struct FrameOrigin {
    enum User {
      case unwanted, unread
      case read(String)
    }

    /// Whether more frames belong to the same message.
    var hasMore = true
    /// The file descriptor of the connection that it came by.
    var connection: Int32 = -1
    /// Whom the authenticator let in, which is read once a message.
    var user = User.unwanted
  }

  static func receiveFrame(
    from pointer: UnsafeMutableRawPointer, _ origin: inout FrameOrigin
  ) -> MessageBytes? {
    var message = zmq_msg_t()
    unsafe zmq_msg_init(&message)
    defer { unsafe zmq_msg_close(&message) }
    var result: Int32
    repeat {
      result = unsafe zmq_msg_recv(&message, pointer, ZMQ_DONTWAIT)
    } while result < 0 && zmq_errno() == EINTR
    guard result >= 0 else { return nil }
    origin.hasMore = unsafe zmq_msg_more(&message) != 0
    origin.connection = unsafe zmq_msg_get(&message, ZMQ_SRCFD)
    if case .unread = origin.user, let user = unsafe zmq_msg_gets(&message, "User-Id") {
      origin.user = unsafe .read(String(cString: user))
    }
    let count = unsafe zmq_msg_size(&message)
    if count == 0 { return .empty }
    if count < smallFrame {
      let data = unsafe zmq_msg_data(&message)!
      return unsafe MessageBytes(copying: RawSpan(_unsafeStart: data, byteCount: count))
    }
    let owned = UnsafeMutablePointer<zmq_msg_t>.allocate(capacity: 1)
    unsafe zmq_msg_init(owned)
    unsafe zmq_msg_move(owned, &message)
    let owner = unsafe Owner(message: owned)
    return unsafe MessageBytes(
      AlignedBuffer(unsafeAdopting: zmq_msg_data(owned), byteCount: count) { _ in owner.release() })
  }

  /// Carries a received message to whatever thread lets go of it last.
  @safe
  private struct Owner: @unchecked Sendable {
    let message: UnsafeMutablePointer<zmq_msg_t>

    func release() {
      unsafe zmq_msg_close(message)
      unsafe message.deallocate()
    }
  }
}

extension MessageBytes {
  /// No bytes, such as the frame before each header.
  static let empty = MessageBytes([])
}
