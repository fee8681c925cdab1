import Synchronization

/// Which sidecars are being made, so that no photograph is captioned twice at a time.
final class PhotographClaims: Sendable {
  /// By the sidecar: the photographs that came again meanwhile.
  private let claims = Mutex<[String: Set<String>]>([:])

  /// How many sidecars are being made.
  var count: Int { claims.withLock { $0.count } }

  /// Whether a sidecar may be made now; if not, it is remembered that it was wanted again.
  func claim(_ sidecar: String, for photograph: String) -> Bool {
    claims.withLock { claims in
      if claims[sidecar] != nil {
        claims[sidecar]!.insert(photograph)
        return false
      }
      claims[sidecar] = []
      return true
    }
  }

  /// The sidecar is made, or has failed.
  ///
  /// - Returns: the photographs for which it was wanted again meanwhile.
  func release(_ sidecar: String) -> Set<String> {
    claims.withLock { $0.removeValue(forKey: sidecar) } ?? []
  }
}
