public import Logging
import Synchronization
public import ZeroMQTransport

/// Lets in whose keys a file lists, as it is now: what is added or revoked counts from the next
/// question on.
///
/// A file that cannot be read, or is malformed, is reported and changes nothing: who was known
/// before stays so.
public final class AuthorizedKeysFile: PeerAuthenticator {
  private struct State {
    var identities: [CurvePublicKey: PeerIdentity]
    /// The version that was read last, whatever came of it.
    var version: PrivateFile.Version?
    /// Refusals that were not reported yet.
    var refused = 0
    var lastReport: ContinuousClock.Instant?
  }

  public let path: String
  private let logger: Logger
  private let state: Mutex<State>

  /// - Throws: ``SecurityError`` when the file cannot be read or is malformed.
  public init(path: String, logger: Logger) throws(SecurityError) {
    self.path = path
    self.logger = logger
    let (bytes, version) = try PrivateFile.read(path, .readable)
    let keys = try AuthorizedKeys(bytes, file: path)
    state = Mutex(State(identities: keys.identities, version: version))
  }

  public func identity(of key: CurvePublicKey) -> PeerIdentity? {
    let (identity, report) = state.withLock { state in
      let report = refresh(&state)
      return (state.identities[key], report)
    }
    report?()
    return identity
  }

  /// Takes in the file if it has changed.
  ///
  /// - Returns: what is to be said about it.
  private func refresh(_ state: inout State) -> (() -> Void)? {
    let version = PrivateFile.Version(path)
    guard version != state.version else { return nil }
    state.version = version
    do {
      let (bytes, version) = try PrivateFile.read(path, .readable)
      let keys = try AuthorizedKeys(bytes, file: path)
      state.identities = keys.identities
      state.version = version
      let count = keys.entries.count
      return { [logger, path] in logger.notice("\(path): \(count) keys are let in") }
    } catch {
      return { [logger] in
        logger.error("\(error); until that is put right those keys are let in that were before")
      }
    }
  }

  public func refused(_ key: CurvePublicKey, from address: String) {
    // Whoever knocks all the time does not fill the log.
    let count: Int? = state.withLock { state in
      state.refused += 1
      let now = ContinuousClock.now
      if let last = state.lastReport, last + .seconds(1) > now { return nil }
      defer { state.refused = 0 }
      state.lastReport = now
      return state.refused
    }
    guard let count else { return }
    let others = count > 1 ? ", and \(count - 1) others before" : ""
    logger.warning("refused a connection from \(address) with the unknown key \(key)\(others)")
  }
}

extension AuthorizedKeys {
  fileprivate var identities: [CurvePublicKey: PeerIdentity] {
    Dictionary(
      uniqueKeysWithValues: entries.map {
        ($0.key, PeerIdentity(name: $0.name, role: $0.role.rawValue))
      })
  }
}
