import CZeroMQ

/// A secret key and the public key that belongs to it.
public struct CurveKeyPair: Sendable {
  public let publicKey: CurvePublicKey
  public let secretKey: CurveSecretKey

  /// Draws a new pair from the system's source of randomness.
  ///
  /// - Throws: ``ZeroMQTransportError`` with code `system` when libzmq was built without CURVE.
  public static func generate() throws(ZeroMQTransportError) -> CurveKeyPair {
    try checkForCurve()
    var publicKey = [CChar](repeating: 0, count: Z85.keyCharacters + 1)
    var secretKey = publicKey
    guard unsafe zmq_curve_keypair(&publicKey, &secretKey) == 0 else {
      throw .lastError("cannot make a key pair")
    }
    return CurveKeyPair(
      publicKey: CurvePublicKey(z85: Z85.text(publicKey))!,
      secretKey: CurveSecretKey(z85: Z85.text(secretKey))!)
  }

  /// The pair of a secret key.
  ///
  /// - Throws: ``ZeroMQTransportError`` with code `system` when libzmq was built without CURVE.
  public init(_ secretKey: CurveSecretKey) throws(ZeroMQTransportError) {
    try Self.checkForCurve()
    var publicKey = [CChar](repeating: 0, count: Z85.keyCharacters + 1)
    guard unsafe zmq_curve_public(&publicKey, secretKey.revealed) == 0 else {
      throw .lastError("cannot tell a secret key's public key")
    }
    self.init(publicKey: CurvePublicKey(z85: Z85.text(publicKey))!, secretKey: secretKey)
  }

  private init(publicKey: CurvePublicKey, secretKey: CurveSecretKey) {
    self.publicKey = publicKey
    self.secretKey = secretKey
  }

  private static func checkForCurve() throws(ZeroMQTransportError) {
    guard unsafe zmq_has("curve") == 1 else {
      throw ZeroMQTransportError(
        code: .system,
        message: "this libzmq was built without CURVE; install Debian's libzmq3-dev")
    }
  }
}
