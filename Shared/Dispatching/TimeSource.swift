/// Where the dispatcher has the time from; tests bring their own.
public struct TimeSource: Sendable {
  /// The time since some start; it never goes back.
  public var now: @Sendable () -> Duration
  /// Waits until ``now`` has reached the given time. Throws when the task is cancelled.
  public var sleep: @Sendable (_ until: Duration) async throws -> Void

  public init(
    now: @escaping @Sendable () -> Duration,
    sleep: @escaping @Sendable (_ until: Duration) async throws -> Void
  ) {
    self.now = now
    self.sleep = sleep
  }

  /// The system's clock, from now on.
  public static func continuous() -> TimeSource {
    let start = ContinuousClock.now
    return TimeSource(
      now: { start.duration(to: .now) },
      sleep: { try await Task.sleep(until: start.advanced(by: $0), clock: .continuous) })
  }
}
