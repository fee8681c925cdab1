import CZeroMQ

/// A public key of CURVE (RFC 26/CurveZMQ): 32 bytes, written as 40 characters of Z85 (RFC 32).
public struct CurvePublicKey: Hashable, Sendable, CustomStringConvertible {
  let bytes: [UInt8]

  /// In Z85.
  public let description: String

  /// Nil for anything but 40 characters of Z85.
  public init?(z85: some StringProtocol) {
    guard let bytes = Z85.decode(z85) else { return nil }
    self.init(bytes: bytes)
  }

  /// - Parameter bytes: 32 of them.
  init(bytes: [UInt8]) {
    precondition(bytes.count == Z85.keyBytes)
    self.bytes = bytes
    description = Z85.encode(bytes)
  }
}
