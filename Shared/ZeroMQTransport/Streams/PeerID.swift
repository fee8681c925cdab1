import MessagePack

/// The identity by which a ROUTER socket knows a peer: at most 255 bytes.
struct PeerID: Hashable, Sendable, CustomStringConvertible {
  let bytes: [UInt8]

  init(_ frame: MessageBytes) { bytes = frame.array }

  /// The frame that leads to the peer.
  var frame: MessageBytes { MessageBytes(bytes) }

  /// In hexadecimal digits.
  var description: String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
