import GRPCCore
import MessagePack

/// What GRPCCore reads from a stream.
struct StreamInbound<Part: Sendable>: AsyncSequence, Sendable {
  let channel: StreamChannel
  let convert: @Sendable (StreamPart) -> Part?

  func makeAsyncIterator() -> Iterator { Iterator(channel: channel, convert: convert) }

  struct Iterator: AsyncIteratorProtocol {
    let channel: StreamChannel
    let convert: @Sendable (StreamPart) -> Part?

    mutating func next() async throws -> Part? {
      try await channel.next().flatMap(convert)
    }

    mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> Part? {
      try await channel.next().flatMap(convert)
    }
  }
}

/// What GRPCCore writes to a stream.
struct StreamOutbound<Part: Sendable>: ClosableRPCWriterProtocol {
  let channel: StreamChannel
  let convert: @Sendable (Part) -> StreamPart

  func write(_ part: Part) async throws {
    try await channel.write(convert(part))
  }

  func write(contentsOf parts: some Sequence<Part>) async throws {
    try await channel.write(contentsOf: parts.lazy.map(convert))
  }

  func finish() async { channel.finishWriting() }

  func finish(throwing error: any Error) async {
    let cause = error as? RPCError
    channel.fail(cause ?? RPCError(code: .unknown, message: "\(error)", cause: error))
  }
}

extension StreamChannel {
  /// The stream as a client's calls use it.
  var clientStream:
    RPCStream<
      RPCAsyncSequence<RPCResponsePart<MessageBytes>, any Error>,
      RPCWriter<RPCRequestPart<MessageBytes>>.Closable
    >
  {
    let inbound = StreamInbound<RPCResponsePart<MessageBytes>>(channel: self) { part in
      switch part {
      case .metadata(let metadata): .metadata(metadata)
      case .message(let message): .message(message)
      case .end(let ending): ending.map { .status($0.status, $0.trailers) }
      }
    }
    let outbound = StreamOutbound<RPCRequestPart<MessageBytes>>(channel: self) { part in
      switch part {
      case .metadata(let metadata): .metadata(metadata)
      case .message(let message): .message(message)
      }
    }
    return RPCStream(
      descriptor: method, inbound: RPCAsyncSequence(wrapping: inbound),
      outbound: RPCWriter.Closable(wrapping: outbound))
  }

  /// The stream as a server's handlers use it.
  var serverStream:
    RPCStream<
      RPCAsyncSequence<RPCRequestPart<MessageBytes>, any Error>,
      RPCWriter<RPCResponsePart<MessageBytes>>.Closable
    >
  {
    let inbound = StreamInbound<RPCRequestPart<MessageBytes>>(channel: self) { part in
      switch part {
      case .metadata(let metadata): .metadata(metadata)
      case .message(let message): .message(message)
      case .end: nil
      }
    }
    let outbound = StreamOutbound<RPCResponsePart<MessageBytes>>(channel: self) { part in
      switch part {
      case .metadata(let metadata): .metadata(metadata)
      case .message(let message): .message(message)
      case .status(let status, let trailers):
        .end(WireHeader.Ending(status: status, trailers: trailers))
      }
    }
    return RPCStream(
      descriptor: method, inbound: RPCAsyncSequence(wrapping: inbound),
      outbound: RPCWriter.Closable(wrapping: outbound))
  }
}
