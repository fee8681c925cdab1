/// Whether a client that pings is still there, counted in intervals. It does no I/O.
struct Heartbeat: Equatable {
  /// Whether the client has ever pinged: only then are pings expected.
  private(set) var isExpected = false
  private var missed = 0

  /// Something came from the client.
  mutating func heard(ping: Bool) {
    missed = 0
    if ping { isExpected = true }
  }

  /// An interval has passed.
  ///
  /// - Returns: whether the client is lost.
  mutating func tick(limit: Int) -> Bool {
    guard isExpected else { return false }
    missed += 1
    return missed > limit
  }
}
