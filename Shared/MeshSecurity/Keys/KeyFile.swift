public import ZeroMQTransport

/// A file with somebody's secret key, and with what its holder has to know:
///
/// ```
/// captionmesh-key 1
/// # Whoever has this file is alice: keep it to yourself.
/// name alice
/// role client
/// public rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7
/// secret …
/// dispatcher Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID
/// ```
///
/// Keys are in Z85 (RFC 32). The dispatcher's own file has neither a role nor the last line.
public struct KeyFile: Sendable {
  /// What makes the holder somebody else than the dispatcher.
  public struct Membership: Sendable {
    public var role: KeyRole
    /// The dispatcher's public key, by which the holder knows it.
    public var dispatcherKey: CurvePublicKey
  }

  private static let firstLine = "captionmesh-key 1"

  public var name: String
  public var keys: CurveKeyPair
  /// Nil: it is the dispatcher's.
  public var membership: Membership?

  /// - Parameter path: a file that nobody but its owner may read.
  /// - Throws: ``SecurityError`` with code `missing`, `exposed`, `malformed` or `system`.
  public init(path: String) throws(SecurityError) {
    let (bytes, _) = try PrivateFile.read(path, .secret)
    try self.init(bytes, file: path)
  }

  init(name: String, keys: CurveKeyPair, membership: Membership?) {
    self.name = name
    self.keys = keys
    self.membership = membership
  }

  /// What a client of the dispatcher needs.
  ///
  /// - Parameter path: where the key comes from, for the message.
  /// - Throws: ``SecurityError`` with code `malformed` for the dispatcher's own key.
  public func clientSecurity(_ path: String) throws(SecurityError) -> ZeroMQClientSecurity {
    guard let membership else {
      throw SecurityError(
        .malformed,
        "\(path): is the dispatcher's own key; name that of a client, a worker or an administrator")
    }
    return ZeroMQClientSecurity(keys: keys, serverKey: membership.dispatcherKey)
  }

  /// - Parameter file: the file's name, for messages, which never quote what it says.
  init(_ bytes: [UInt8], file: String) throws(SecurityError) {
    func malformed(_ what: String) -> SecurityError {
      SecurityError(.malformed, "\(file): \(what); have the key made again")
    }
    let lines = TextLines(bytes)
    guard let lines, lines.first == Self.firstLine else {
      throw malformed("is no key file, which begins with “\(Self.firstLine)”")
    }
    var values: [Substring: Substring] = [:]
    for line in lines.entries {
      let known: [Substring] = ["name", "role", "public", "secret", "dispatcher"]
      guard line.words.count == 2, known.contains(line.words[0]), values[line.words[0]] == nil
      else { throw malformed("line \(line.number) is not as it should be") }
      values[line.words[0]] = line.words[1]
    }
    guard let name = values["name"], KeyName.isValid(name) else { throw malformed("has no name") }
    guard let secret = values["secret"].flatMap({ CurveSecretKey(z85: $0) }),
      let publicKey = values["public"].flatMap({ CurvePublicKey(z85: $0) })
    else { throw malformed("has no secret or no public key") }
    do {
      keys = try CurveKeyPair(secret)
    } catch {
      throw SecurityError(.system, error.message)
    }
    guard keys.publicKey == publicKey else {
      throw malformed("has a public key that does not belong to its secret key")
    }
    self.name = String(name)
    switch (values["role"], values["dispatcher"]) {
    case (nil, nil): membership = nil
    case (let role?, let key?):
      guard let role = KeyRole(rawValue: String(role)), let key = CurvePublicKey(z85: key) else {
        throw malformed("has a role or a dispatcher's key that cannot be")
      }
      membership = Membership(role: role, dispatcherKey: key)
    default: throw malformed("lacks the role or the dispatcher's key")
    }
  }

  /// What the file says, the secret key included.
  var text: String {
    var lines = [
      Self.firstLine, "# Whoever has this file is \(name): keep it to yourself.", "name \(name)",
    ]
    if let membership { lines.append("role \(membership.role)") }
    lines += ["public \(keys.publicKey)", "secret \(keys.secretKey.revealed)"]
    if let membership { lines.append("dispatcher \(membership.dispatcherKey)") }
    return lines.map { $0 + "\n" }.joined()
  }
}
