/// The key of a server, and whom it lets in by theirs.
///
/// Clients on other hosts must have keys; ipc never needs one, for the folder of the socket is this
/// user's alone.
public struct ZeroMQServerSecurity: Sendable {
  public var secretKey: CurveSecretKey
  public var authenticator: any PeerAuthenticator
  /// Whether clients on tcp's loopback need keys, too.
  public var coversLoopback: Bool

  public init(
    secretKey: CurveSecretKey, authenticator: any PeerAuthenticator, coversLoopback: Bool
  ) {
    self.secretKey = secretKey
    self.authenticator = authenticator
    self.coversLoopback = coversLoopback
  }

  /// Whether clients need keys at an address.
  func covers(_ address: ZeroMQAddress) -> Bool {
    address.isRemote || (coversLoopback && address.isTCP)
  }
}

/// The key pair of a client, and the key by which it knows the server. Not used with ipc.
public struct ZeroMQClientSecurity: Sendable {
  public var keys: CurveKeyPair
  public var serverKey: CurvePublicKey

  public init(keys: CurveKeyPair, serverKey: CurvePublicKey) {
    self.keys = keys
    self.serverKey = serverKey
  }
}
