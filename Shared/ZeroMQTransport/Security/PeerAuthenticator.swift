/// Decides whose keys a server lets in.
public protocol PeerAuthenticator: Sendable {
  /// Whose key it is; nil: nobody's who may come in, or may any longer. It is asked on the I/O
  /// thread when a client connects, whenever it opens a stream, and with each ping interval, hence
  /// it has to be quick.
  func identity(of key: CurvePublicKey) -> PeerIdentity?

  /// Takes note of a connection that was refused.
  ///
  /// - Parameters:
  ///   - key: the one that was shown.
  ///   - address: where it came from.
  func refused(_ key: CurvePublicKey, from address: String)
}

/// Who holds a key, as the authenticator says.
public struct PeerIdentity: Hashable, Sendable {
  /// The holder's name, which no other key has.
  public var name: String
  /// What the holder may do, in the authenticator's terms.
  public var role: String

  public init(name: String, role: String) {
    self.name = name
    self.role = role
  }
}
