import GRPCCore
import MessagePack

/// The header of a message on the wire; see `PROTOCOL.md`.
enum WireHeader: Equatable {
  static let version = 1

  case request(stream: UInt64, opening: Opening?, end: Bool)
  case response(stream: UInt64, metadata: Metadata?, ending: Ending?)
  case cancel(stream: UInt64)
  case window(stream: UInt64, StreamWindow)
  case ping
  case pong
  case goodbye

  /// What opens a stream.
  struct Opening: Equatable {
    var method: String
    var metadata: Metadata
    var coalesce: Bool
  }

  /// What ends a stream.
  struct Ending: Equatable {
    var status: Status
    var trailers: Metadata
  }
}

/// Why a message is not one of this protocol, in the form of the answer to it.
struct WireError: Error, Equatable {
  /// 0 when the message does not tell.
  var stream: UInt64
  var error: RPCError

  init(stream: UInt64 = 0, _ code: RPCError.Code, _ message: String) {
    self.stream = stream
    self.error = RPCError(code: code, message: message)
  }

  /// The answer.
  var header: WireHeader {
    .response(
      stream: stream, metadata: nil,
      ending: .init(status: Status(error), trailers: [:]))
  }
}

extension Status {
  init(_ error: RPCError) { self.init(code: Code(error.code), message: error.message) }
}
