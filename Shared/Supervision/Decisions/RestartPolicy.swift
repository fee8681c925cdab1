/// How soon a process that ended unasked is started again.
public struct RestartPolicy: Hashable, Sendable {
  /// After the first failure; doubles with each one that follows.
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

  /// - Parameter failures: in a row, the last one included.
  func delay(after failures: Int) -> Duration {
    // Twenty doublings are past any last delay, and a shift can overflow.
    min(firstDelay * (1 << min(failures - 1, 20)), lastDelay)
  }
}
