import MessagePack

/// What libzmq asks when a client connects (RFC 27/ZAP), and what it is told.
struct AuthenticationRequest: Equatable {
  enum Credentials: Equatable {
    case none
    case curve(CurvePublicKey)
  }

  let id: MessageBytes
  let domain: String
  /// Where the client connects from.
  let address: String
  let credentials: Credentials

  /// Nil for what is not a request of version 1.0 with a mechanism that is used here.
  init?(_ frames: [MessageBytes]) {
    guard frames.count >= 6, Self.text(frames[0]) == "1.0" else { return nil }
    id = frames[1]
    domain = Self.text(frames[2])
    address = Self.text(frames[3])
    switch Self.text(frames[5]) {
    case "NULL" where frames.count == 6: credentials = .none
    case "CURVE" where frames.count == 7 && frames[6].count == Z85.keyBytes:
      credentials = .curve(CurvePublicKey(bytes: frames[6].array))
    default: return nil
    }
  }

  /// The answer's frames.
  ///
  /// - Parameter user: what the client's messages carry as their user id; nil: it is refused.
  func reply(user: String?) -> [MessageBytes] {
    let status = user == nil ? ("400", "no such key") : ("200", "OK")
    return [
      MessageBytes("1.0".utf8), id, MessageBytes(status.0.utf8), MessageBytes(status.1.utf8),
      MessageBytes((user ?? "").utf8), .empty,
    ]
  }

  private static func text(_ frame: MessageBytes) -> String {
    String(decoding: frame.array, as: UTF8.self)
  }
}
