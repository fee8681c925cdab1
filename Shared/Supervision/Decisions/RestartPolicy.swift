/// How soon a process that ended unasked is started again.
public struct RestartPolicy: Hashable, Sendable {
  /// After the first failure; doubles with each one that follows, unless the process had worked
  /// meanwhile for many times as long as the last delay was: then it begins anew.
  public var firstDelay: Duration
  public var lastDelay: Duration
  /// A process that has run for so long was good: its failures count from the beginning again.
  public var goodAfter: Duration
  /// So many failures in a row are a crash loop.
  public var crashLoopAfter: Int

  public init(
    firstDelay: Duration = .milliseconds(200), lastDelay: Duration = .seconds(10),
    goodAfter: Duration = .seconds(60), crashLoopAfter: Int = 3
  ) {
    self.firstDelay = firstDelay
    self.lastDelay = lastDelay
    self.goodAfter = goodAfter
    self.crashLoopAfter = crashLoopAfter
  }

  /// Whether a process that was ready for so long has made up for the delay before.
  func hasWorked(for time: Duration, after delay: Duration) -> Bool {
    time >= max(delay, firstDelay) * 10
  }

  /// - Parameter failures: in a row, the last one included.
  func delay(after failures: Int) -> Duration {
    // Twenty doublings are past any last delay, and a shift can overflow.
    min(firstDelay * (1 << min(failures - 1, 20)), lastDelay)
  }
}
