public import ZeroMQTransport

/// Whose keys a dispatcher lets in, and as what:
///
/// ```
/// captionmesh-authorized-keys 1
/// # role public-key name
/// client rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7 alice
/// ```
///
/// The first line has to be there, so that a file which an editor is just writing is not taken for
/// one with nobody in it.
public struct AuthorizedKeys: Hashable, Sendable {
  public struct Entry: Hashable, Sendable {
    public var role: KeyRole
    public var key: CurvePublicKey
    public var name: String
  }

  static let firstLine = "captionmesh-authorized-keys 1"
  /// The most keys of a mesh.
  static let maximumCount = 10_000

  /// In the file's order, no key and no name twice.
  public private(set) var entries: [Entry] = []

  init() {}

  /// - Parameter file: the file's name, for messages.
  /// - Throws: ``SecurityError`` with code `malformed` and the line.
  init(_ bytes: [UInt8], file: String) throws(SecurityError) {
    func malformed(_ what: String) -> SecurityError {
      SecurityError(.malformed, "\(file): \(what)")
    }
    guard let lines = TextLines(bytes), lines.first == Self.firstLine else {
      throw malformed("is no list of keys, which begins with “\(Self.firstLine)”")
    }
    guard lines.entries.count <= Self.maximumCount else {
      throw malformed("has more than \(Self.maximumCount) keys")
    }
    var names: Set<String> = []
    var keys: Set<CurvePublicKey> = []
    for line in lines.entries {
      guard line.words.count == 3, let role = KeyRole(rawValue: String(line.words[0])),
        let key = CurvePublicKey(z85: line.words[1]), KeyName.isValid(line.words[2])
      else {
        throw malformed("line \(line.number) is not a role, a public key and a name")
      }
      let entry = Entry(role: role, key: key, name: String(line.words[2]))
      guard names.insert(entry.name).inserted, keys.insert(entry.key).inserted else {
        throw malformed("line \(line.number) has a name or a key that was there before")
      }
      entries.append(entry)
    }
  }

  subscript(name: String) -> Entry? { entries.first { $0.name == name } }

  /// What the file says.
  var text: String {
    ([Self.firstLine, "# role public-key name"]
      + entries.map { "\($0.role) \($0.key) \($0.name)" }).map { $0 + "\n" }.joined()
  }

  mutating func add(_ entry: Entry) { entries.append(entry) }

  mutating func remove(_ name: String) { entries.removeAll { $0.name == name } }
}
