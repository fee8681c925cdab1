import Synchronization
import ZeroMQTransport

/// A server's keys, and whom it lets in.
final class TestKeys: PeerAuthenticator {
  private struct State {
    var identities: [CurvePublicKey: PeerIdentity] = [:]
    var refused: Set<CurvePublicKey> = []
  }

  let server = try! CurveKeyPair.generate()
  private let state = Mutex(State())

  /// What the server is told.
  func security(coversLoopback: Bool = true) -> ZeroMQServerSecurity {
    ZeroMQServerSecurity(
      secretKey: server.secretKey, authenticator: self, coversLoopback: coversLoopback)
  }

  /// What a new client is told, whose key is let in.
  func client(_ name: String, role: String = "client") -> ZeroMQClientSecurity {
    let security = stranger()
    add(security, name: name, role: role)
    return security
  }

  /// What a client is told whose key nobody knows.
  func stranger() -> ZeroMQClientSecurity {
    ZeroMQClientSecurity(keys: try! .generate(), serverKey: server.publicKey)
  }

  func add(_ security: ZeroMQClientSecurity, name: String, role: String = "client") {
    let identity = PeerIdentity(name: name, role: role)
    state.withLock { $0.identities[security.keys.publicKey] = identity }
  }

  func revoke(_ security: ZeroMQClientSecurity) {
    state.withLock { $0.identities[security.keys.publicKey] = nil }
  }

  var refused: Set<CurvePublicKey> { state.withLock { $0.refused } }

  func identity(of key: CurvePublicKey) -> PeerIdentity? {
    state.withLock { $0.identities[key] }
  }

  func refused(_ key: CurvePublicKey, from address: String) {
    state.withLock { _ = $0.refused.insert(key) }
  }
}
