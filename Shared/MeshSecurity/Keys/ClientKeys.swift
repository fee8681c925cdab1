public import ZeroMQTransport

/// Which key is used to call a server.
public enum ClientKeys {
  /// The variable that names a key file.
  public static let variable = "CAPTIONMESH_KEY"

  /// The key for an address: the one that is named, or for another machine that of the role in the
  /// user's folder. None with ipc, nor on loopback unless one is named.
  ///
  /// - Parameters:
  ///   - address: the server's.
  ///   - file: the key file that was asked for; nil: what `$CAPTIONMESH_KEY` says.
  ///   - role: what the caller is.
  ///   - environment: of this process.
  /// - Throws: ``SecurityError`` when there is no key for another machine, or the file is malformed
  ///   or open to others.
  public static func security(
    for address: ZeroMQAddress, file: String?, role: KeyRole, environment: [String: String]
  ) throws(SecurityError) -> ZeroMQClientSecurity? {
    guard address.isTCP else { return nil }
    let named = file ?? environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    if let named { return try KeyFile(path: named).clientSecurity(named) }
    guard address.isRemote else { return nil }
    let usual = try KeyFolder(environment: environment).file(of: role.rawValue)
    do {
      return try KeyFile(path: usual).clientSecurity(usual)
    } catch  where error.code == .missing {
      throw SecurityError(
        .missing,
        "\(address) wants a key, and there is none at \(usual); have the mesh's administrator make "
          + "one (`captionmesh keys add NAME --role \(role)`) and name its file with --key")
    }
  }
}
