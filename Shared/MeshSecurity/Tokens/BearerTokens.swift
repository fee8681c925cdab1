/// Who may use the gateway, by the token that they send: a private file with a line for each,
/// `ROLE NAME TOKEN`, after a first line that says what it is.
///
///     captionmesh-tokens 1
///     # role        name    token
///     client        phone   5f0c2c1d7a9e4b6f8f1f8a6d
///     administrator desk    0b9a47f4b8d14c55a3c1d2e3
///
/// Roles are `client`, who has photographs captioned and looks at the mesh, and `administrator`.
public struct BearerTokens: Sendable {
  /// Shorter ones can be guessed.
  static let minimumLength = 16
  static let maximumLength = 512
  static let heading = "captionmesh-tokens 1"

  private struct Holder {
    let name: String
    let role: KeyRole
    let token: [UInt8]
  }

  private let holders: [Holder]

  /// - Throws: ``SecurityError`` when the file is missing, open to others or not as it should be.
  public init(path: String) throws(SecurityError) {
    try self.init(bytes: PrivateFile.read(path, .secret).bytes, path: path)
  }

  /// - Throws: ``SecurityError`` with code `malformed`, naming the line and never a token.
  init(bytes: [UInt8], path: String) throws(SecurityError) {
    guard let lines = TextLines(bytes), lines.first == Self.heading else {
      throw SecurityError(
        .malformed, "\(path): is no file of tokens; its first line has to be: \(Self.heading)")
    }
    var holders: [Holder] = []
    for entry in lines.entries {
      let place = "\(path):\(entry.number)"
      guard entry.words.count == 3 else {
        throw SecurityError(.malformed, "\(place): expected ROLE NAME TOKEN")
      }
      guard let role = KeyRole(rawValue: String(entry.words[0])), role != .worker else {
        throw SecurityError(
          .malformed, "\(place): \(entry.words[0]) is no role here; roles are client, administrator"
        )
      }
      let token = [UInt8](entry.words[2].utf8)
      guard (Self.minimumLength...Self.maximumLength).contains(token.count),
        token.allSatisfy({ (0x21...0x7e).contains($0) })
      else {
        throw SecurityError(
          .malformed,
          "\(place): a token has \(Self.minimumLength) to \(Self.maximumLength) letters, digits "
            + "and signs; make one with: openssl rand -hex 24")
      }
      holders.append(Holder(name: String(entry.words[1]), role: role, token: token))
    }
    guard !holders.isEmpty else {
      throw SecurityError(.malformed, "\(path): has no token")
    }
    self.holders = holders
  }

  /// The role of a token's holder; nil when nobody holds it. How long it takes does not tell how
  /// much of a token is right.
  public func role(of token: some StringProtocol) -> KeyRole? {
    let token = [UInt8](token.utf8)
    var found: KeyRole?
    for holder in holders where Self.areEqual(holder.token, token) { found = holder.role }
    return found
  }

  /// The role of who sends an `Authorization` header (RFC 6750); nil for none and for a wrong one.
  public func role(authorization: String?) -> KeyRole? {
    guard let words = authorization?.split(separator: " "), words.count == 2,
      words[0].lowercased() == "bearer"
    else { return nil }
    return role(of: words[1])
  }

  private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    var difference = UInt(bitPattern: left.count ^ right.count)
    for index in left.indices {
      difference |= UInt(left[index] ^ (right.isEmpty ? 0 : right[index % right.count]))
    }
    return difference == 0
  }
}
