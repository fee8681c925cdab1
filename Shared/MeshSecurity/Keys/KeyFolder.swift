import Glibc
public import Logging
public import ZeroMQTransport

/// The folder with a dispatcher's key, the list of keys that it lets in, and key files to hand out.
///
///     <folder>/dispatcher.key   authorized_keys   <name>.key
public struct KeyFolder: Hashable, Sendable {
  public let path: String

  public init(path: String) { self.path = path }

  /// `$CAPTIONMESH_KEYS`, or `captionmesh/keys` in `$XDG_CONFIG_HOME` or `~/.config`.
  ///
  /// - Throws: ``SecurityError`` with code `missing` when the environment names no home.
  public init(environment: [String: String]) throws(SecurityError) {
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    if let path = value("CAPTIONMESH_KEYS") {
      self.init(path: path)
    } else if let folder = value("XDG_CONFIG_HOME") ?? value("HOME").map({ "\($0)/.config" }) {
      self.init(path: "\(folder)/captionmesh/keys")
    } else {
      throw SecurityError(
        .missing, "no HOME says where keys are; set CAPTIONMESH_KEYS to their folder")
    }
  }

  public var dispatcherKey: String { file(of: KeyName.dispatcher) }
  public var authorizedKeys: String { "\(path)/authorized_keys" }

  /// Whether there is a dispatcher's key.
  public var hasDispatcherKey: Bool { unsafe access(dispatcherKey, F_OK) == 0 }

  /// Where the key file of a name is.
  public func file(of name: String) -> String { "\(path)/\(name).key" }

  /// What the dispatcher of these keys needs.
  ///
  /// - Throws: ``SecurityError`` when a file is missing, malformed or open to others.
  public func serverSecurity(
    coversLoopback: Bool, logger: Logger
  ) throws(SecurityError) -> ZeroMQServerSecurity {
    try PrivateFile.check(folder: path)
    let key = try KeyFile(path: dispatcherKey)
    guard key.membership == nil else {
      throw SecurityError(.malformed, "\(dispatcherKey): is not the dispatcher's key")
    }
    return ZeroMQServerSecurity(
      secretKey: key.keys.secretKey,
      authenticator: try AuthorizedKeysFile(path: authorizedKeys, logger: logger),
      coversLoopback: coversLoopback)
  }
}

/// Making, listing and revoking keys.
extension KeyFolder {
  /// Makes the folder, the dispatcher's key and the list, and a key for each role by its name.
  ///
  /// - Throws: ``SecurityError`` with code `exists` when there is a dispatcher's key.
  public func initialize() throws(SecurityError) {
    try PrivateFile.make(folder: path)
    try PrivateFile.locking(folder: path) { () throws(SecurityError) in
      let key = KeyFile(name: KeyName.dispatcher, keys: try Self.newPair(), membership: nil)
      try PrivateFile.write(key.text, to: dispatcherKey, replacing: false)
      try PrivateFile.write(AuthorizedKeys().text, to: authorizedKeys, replacing: false)
    }
    for role in KeyRole.allCases { try add(role.rawValue, role) }
  }

  /// Makes a key and lets it in.
  ///
  /// - Parameters:
  ///   - name: the holder's.
  ///   - role: what the holder may do.
  ///   - file: where to write it; nil: in the folder.
  /// - Returns: the file.
  /// - Throws: ``SecurityError`` with code `badName`, or `exists` for a name that is taken or a file
  ///   that is there.
  @discardableResult
  public func add(
    _ name: String, _ role: KeyRole, file: String? = nil
  ) throws(SecurityError) -> String {
    guard KeyName.isValid(name), name != KeyName.dispatcher else {
      throw SecurityError(
        .badName,
        "“\(name)” cannot be a key's name; use up to \(KeyName.maximumLength) letters, digits, "
          + "dots, dashes and underlines")
    }
    try PrivateFile.check(folder: path)
    let file = file ?? self.file(of: name)
    let dispatcher = try KeyFile(path: dispatcherKey).keys.publicKey
    try PrivateFile.locking(folder: path) { () throws(SecurityError) in
      var list = try list()
      guard list[name] == nil else {
        throw SecurityError(
          .exists, "there is a key of \(name) already; choose another name or revoke it first")
      }
      let keys = try Self.newPair()
      let key = KeyFile(
        name: name, keys: keys, membership: .init(role: role, dispatcherKey: dispatcher))
      list.add(.init(role: role, key: keys.publicKey, name: name))
      try PrivateFile.write(key.text, to: file, replacing: false)
      do throws(SecurityError) {
        try PrivateFile.write(list.text, to: authorizedKeys, replacing: true)
      } catch {
        unsafe _ = unlink(file)
        throw error
      }
    }
    return file
  }

  /// The keys that are let in.
  public func list() throws(SecurityError) -> AuthorizedKeys {
    let (bytes, _) = try PrivateFile.read(authorizedKeys, .readable)
    return try AuthorizedKeys(bytes, file: authorizedKeys)
  }

  /// Lets a key in no longer, and removes its file if that is in the folder.
  ///
  /// - Throws: ``SecurityError`` with code `badName` when nobody has the name.
  public func revoke(_ name: String) throws(SecurityError) {
    try PrivateFile.check(folder: path)
    try PrivateFile.locking(folder: path) { () throws(SecurityError) in
      var list = try list()
      guard let entry = list[name] else {
        throw SecurityError(
          .badName, "nobody in \(authorizedKeys) is called “\(name)”; `captionmesh keys list`")
      }
      list.remove(name)
      try PrivateFile.write(list.text, to: authorizedKeys, replacing: true)
      if let key = try? KeyFile(path: file(of: name)), key.keys.publicKey == entry.key {
        unsafe _ = unlink(file(of: name))
      }
    }
  }

  private static func newPair() throws(SecurityError) -> CurveKeyPair {
    do {
      return try CurveKeyPair.generate()
    } catch {
      throw SecurityError(.system, error.message)
    }
  }
}
