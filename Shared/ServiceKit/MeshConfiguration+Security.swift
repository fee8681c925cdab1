public import Logging
import MeshSecurity
public import ZeroMQTransport

extension MeshConfiguration {
  /// The keys that the dispatcher works with: those of the folder that is configured, or those of
  /// the user's folder where it listens beyond loopback; else nil.
  ///
  /// - Throws: ``ServiceError`` with code `configuration` when keys are needed and there are none,
  ///   saying how they are made; `SecurityError` when they cannot be used; `ZeroMQTransportError`
  ///   for an address that is none.
  public func serverSecurity(
    logger: Logger, environment: [String: String] = ThisProcess.environment
  ) throws -> ZeroMQServerSecurity? {
    let remote = try addresses.map { try ZeroMQAddress($0) }.first(where: \.isRemote)
    guard keys != nil || remote != nil else { return nil }
    let folder: KeyFolder
    if let keys {
      folder = KeyFolder(path: keys)
    } else {
      folder = try KeyFolder(environment: environment)
    }
    guard folder.hasDispatcherKey else {
      let reason = remote.map { "\($0) can be reached from other machines, and " } ?? ""
      throw ServiceError(
        .configuration,
        reason + "there are no keys in \(folder.path); run `captionmesh keys init`, or name their "
          + "folder with `keys:`")
    }
    return try folder.serverSecurity(coversLoopback: keys != nil, logger: logger)
  }
}
