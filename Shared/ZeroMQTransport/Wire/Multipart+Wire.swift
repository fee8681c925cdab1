import GRPCCore
import MessagePack

extension Multipart {
  /// The header and the messages of what was received after the identity, if there was one.
  ///
  /// - Throws: ``WireError`` with the answer.
  func parsed(limits: ZeroMQLimits) throws(WireError) -> (WireHeader, [MessageBytes]) {
    guard frames.count >= 2, frames[0].count == 0 else {
      throw WireError(.invalidArgument, "no message of an empty frame, a header and messages")
    }
    let header = try WireHeader(decoding: frames[1], limits: limits)
    if let excess {
      throw WireError(stream: header.stream, .resourceExhausted, "a message of \(excess)")
    }
    return (header, Array(frames[2...]))
  }
}

extension WireHeader {
  /// The stream that the message belongs to, 0 for none.
  var stream: UInt64 {
    switch self {
    case .request(let stream, _, _), .response(let stream, _, _), .cancel(let stream),
      .window(let stream, _):
      stream
    case .ping, .pong, .goodbye: 0
    }
  }
}
