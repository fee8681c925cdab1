import Synchronization

/// What each HTTP/2 stream of a call holds of the gateway's memory, known to those who see its bytes
/// come and to those who see its messages go.
final class StreamLedger: Sendable {
  /// The header that tells a call's stream; it is set here, whatever the client has sent.
  static let header = "captionmesh-stream"

  private struct State {
    var next: UInt64 = 0
    var shares: [String: BodyBudget.Share] = [:]
  }

  private let budget: BodyBudget
  private let state = Mutex(State())

  init(_ budget: BodyBudget) { self.budget = budget }

  func open() -> (name: String, share: BodyBudget.Share) {
    let share = budget.share()
    let name = state.withLock { state in
      defer { state.next += 1 }
      state.shares["\(state.next)"] = share
      return "\(state.next)"
    }
    return (name, share)
  }

  /// nil once the stream has ended.
  func share(of name: String) -> BodyBudget.Share? { state.withLock { $0.shares[name] } }

  func close(_ name: String) { state.withLock { _ = $0.shares.removeValue(forKey: name) } }
}
