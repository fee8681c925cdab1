public import ArgumentParser
public import MeshSecurity
public import ZeroMQTransport

/// With which key another machine's dispatcher is called.
public struct KeyOptions: ParsableArguments, Sendable {
  @Option(
    help: ArgumentHelp(
      "Key file for a dispatcher on another machine; else $CAPTIONMESH_KEY, else the one in "
        + "~/.config/captionmesh/keys.",
      valueName: "file"))
  public var key: String?

  public init() {}

  /// The key for an address; nil where none is needed.
  ///
  /// - Parameters:
  ///   - address: the server's.
  ///   - role: whose key it is when none is named.
  /// - Throws: `SecurityError` when a key is needed and there is none, or cannot be used.
  public func security(
    for address: ZeroMQAddress, role: KeyRole
  ) throws(SecurityError) -> ZeroMQClientSecurity? {
    try ClientKeys.security(
      for: address, file: key, role: role, environment: ThisProcess.environment)
  }
}
