import GRPCCore
import MessagePack

/// What one side of a stream sends, piece by piece.
enum StreamPart: Equatable {
  case metadata(Metadata)
  case message(MessageBytes)
  /// The last part: with a status from a server, without one from a client.
  case end(WireHeader.Ending?)
}

/// What of a stream is ready to go on the wire.
struct StreamOutgoing: Equatable {
  var metadata: Metadata?
  var messages: [MessageBytes] = []
  /// The client sends nothing more.
  var halfClose = false
  /// The server's status.
  var ending: WireHeader.Ending?
  var cancel = false
  /// What the peer may send in addition.
  var window: StreamWindow?
  /// The stream has come to its end and sends nothing ever after.
  var isFinal = false
}
