/// What a metric is about, for those who read the exposition, and how finely it is told.
public struct MetricDescription: Hashable, Sendable {
  /// The name as Prometheus wants it: with its unit, such as `captionmesh_queue_wait_seconds`, and
  /// `_total` at the end of a counter's.
  public var name: String
  /// One sentence for people.
  public var help: String
  /// The upper bounds of a histogram's buckets, in the metric's unit, in any order; the last one,
  /// +Inf, comes by itself. Unused by counters and gauges.
  public var buckets: [Double]

  public init(_ name: String, _ help: String, buckets: [Double] = Self.seconds) {
    self.name = name
    self.help = help
    self.buckets = buckets
  }

  /// From a millisecond to a minute: what queues, stages and requests take.
  public static let seconds: [Double] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
  ]
}
