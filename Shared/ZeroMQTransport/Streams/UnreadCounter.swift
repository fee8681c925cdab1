import Synchronization

/// How many bytes of a peer's messages wait for handlers to take them.
final class UnreadCounter: Sendable {
  private let bytes = Atomic(0)

  var value: Int { bytes.load(ordering: .relaxed) }

  func add(_ change: Int) { bytes.add(change, ordering: .relaxed) }
}
