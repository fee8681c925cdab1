/// How a transport, client's or server's, bounds and times what it does.
///
/// The defaults are those of `PROTOCOL.md`.
public struct ZeroMQTransportOptions: Hashable, Sendable {
  /// Bounds on what a peer may send.
  public var limits: ZeroMQLimits
  /// How much a peer may send on one stream before the application takes it.
  public var window: StreamWindow
  /// The time between two signs of life.
  public var pingInterval: Duration
  /// Intervals without a sign of life after which the peer is lost.
  public var missedPings: Int
  /// Client: how long a call waits for a server to answer before it fails with `UNAVAILABLE`.
  public var connectTimeout: Duration
  /// Server: how long open streams may go on after graceful shutdown began. Then their RPCs are
  /// cancelled and end with `UNAVAILABLE`.
  public var shutdownGrace: Duration

  public init(
    limits: ZeroMQLimits = ZeroMQLimits(), window: StreamWindow = .initial,
    pingInterval: Duration = .milliseconds(500), missedPings: Int = 3,
    connectTimeout: Duration = .seconds(5), shutdownGrace: Duration = .seconds(10)
  ) {
    precondition(pingInterval > .zero && missedPings > 0)
    self.limits = limits
    self.window = window
    self.pingInterval = pingInterval
    self.missedPings = missedPings
    self.connectTimeout = connectTimeout
    self.shutdownGrace = shutdownGrace
  }
}

/// Bounds on what is received and sent.
public struct ZeroMQLimits: Hashable, Sendable {
  /// Bytes of one frame, hence of one gRPC message.
  public var maxFrameBytes = 64 << 20
  /// Frames of one wire message, the delimiter and the header included.
  public var maxFrames = 256
  /// Bytes of all frames of one wire message.
  public var maxMessageBytes = 128 << 20
  /// Bytes of a header.
  public var maxHeaderBytes = 64 << 10
  /// Bytes of metadata: keys and values, and 32 bytes for each pair.
  public var maxMetadataBytes = 16 << 10
  /// Streams that one client may have open at a server.
  public var maxStreamsPerPeer = 4_096
  /// Bytes of messages of one client that a server keeps until its handlers take them.
  public var maxUnreadBytesPerPeer = 512 << 20

  public init() {}
}

/// How much may be sent on a stream, or how much more.
public struct StreamWindow: Hashable, Sendable {
  public var messages: Int
  public var bytes: Int

  public init(messages: Int, bytes: Int) {
    self.messages = messages
    self.bytes = bytes
  }

  /// What both sides of a stream start with in version 1 of the protocol.
  public static let initial = StreamWindow(messages: 64, bytes: 4 << 20)
}
