import GRPCCore

/// What is fixed about a stream when it begins.
struct StreamRules {
  var limits: ZeroMQLimits
  /// How much of the peer's messages this side keeps unread.
  var window: StreamWindow
  /// Whether the response comes as one wire message.
  var coalesce = false
  /// Client: whether the request waits until it is complete, to be one wire message.
  var holdsRequest = false
  /// The largest message sent, and received; for a client they may come with the call.
  var maxSendBytes: Int
  var maxReceiveBytes: Int
  /// Server: when the call must be done.
  var deadline: ContinuousClock.Instant?

  init(options: ZeroMQTransportOptions) {
    limits = options.limits
    window = options.window
    maxSendBytes = 0
    maxReceiveBytes = options.limits.maxFrameBytes
    maxSendBytes = min(maxReceiveBytes, maxBytes)
  }

  /// The client's rules for a call.
  init(options: ZeroMQTransportOptions, method: MethodDescriptor, call: CallOptions) {
    self.init(options: options)
    coalesce = method.type.map { !$0.isResponseStreaming } ?? false
    holdsRequest = method.type.map { !$0.isRequestStreaming } ?? false
    maxSendBytes = min(maxSendBytes, call.maxRequestMessageBytes ?? .max)
    maxReceiveBytes = min(maxReceiveBytes, call.maxResponseMessageBytes ?? .max)
  }

  /// Messages that fit a wire message, beside delimiter and header.
  var maxMessages: Int { limits.maxFrames - 2 }

  /// Bytes of messages that fit a wire message, whatever its header.
  var maxBytes: Int { limits.maxMessageBytes - limits.maxHeaderBytes }

  /// Bytes of a status message that fit a header beside metadata and trailers.
  var maxStatusBytes: Int {
    max(0, limits.maxHeaderBytes - 2 * limits.maxMetadataBytes - 1_024)
  }
}
