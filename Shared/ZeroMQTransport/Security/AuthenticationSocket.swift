import CZeroMQ

/// Where libzmq asks who may connect to a server (RFC 27/ZAP), on the server's own I/O thread.
///
/// Each connection is let in as a user, whose name libzmq then attaches to every message that comes
/// by it: a key's holder under the public key in Z85, others under ``localUser``. A message without
/// a user came past this, and is not to be heeded.
final class AuthenticationSocket {
  /// The user of connections that need no key.
  static let localUser = "local"
  /// What libzmq calls addresses where no key is needed, and those where one is.
  private enum Domain: String { case local, keys }

  let socket: ZeroMQSocket
  private let security: ZeroMQServerSecurity

  /// Takes the place where libzmq looks for an authenticator, of which a context has one.
  ///
  /// - Throws: ``ZeroMQTransportError`` with code `system`.
  init(
    _ security: ZeroMQServerSecurity, in context: ZeroMQContext
  ) throws(ZeroMQTransportError) {
    self.security = security
    socket = try ZeroMQSocket(ZMQ_REP, in: context, limits: ZeroMQLimits())
    try socket.bind(endpoint: "inproc://zeromq.zap.01")
  }

  /// Has a socket ask here about everybody who connects to the address that it binds next.
  func prepare(_ server: ZeroMQSocket, for address: ZeroMQAddress) {
    let needsKeys = security.covers(address)
    server.set(ZMQ_CURVE_SERVER, needsKeys ? 1 : 0)
    if needsKeys { server.set(ZMQ_CURVE_SECRETKEY, bytes: security.secretKey.bytes) }
    let domain: Domain = needsKeys ? .keys : .local
    server.set(ZMQ_ZAP_DOMAIN, bytes: Array(domain.rawValue.utf8))
  }

  /// Answers everything that was asked.
  func answer() {
    while let multipart = socket.receive() {
      guard let request = AuthenticationRequest(multipart.frames) else {
        // A REP socket owes an answer; libzmq takes one that is none for a refusal.
        _ = socket.send([.empty])
        continue
      }
      _ = socket.send(request.reply(user: user(of: request)))
    }
  }

  private func user(of request: AuthenticationRequest) -> String? {
    switch (Domain(rawValue: request.domain), request.credentials) {
    case (.local, .none): return Self.localUser
    case (.keys, .curve(let key)):
      if security.authenticator.identity(of: key) != nil { return key.description }
      security.authenticator.refused(key, from: request.address)
      return nil
    default: return nil
    }
  }

  /// Who a message's user is now; nil: nobody who may come in.
  func peer(_ user: String?) -> ZeroMQPeer? {
    if user == Self.localUser { return .local }
    guard let user, let key = CurvePublicKey(z85: user) else { return nil }
    return security.authenticator.identity(of: key).map { .keyholder($0) }
  }
}
