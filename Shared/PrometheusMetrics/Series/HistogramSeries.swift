import CoreMetrics
import Synchronization

/// How many values there were up to each bound, and their sum. Times are told in seconds.
final class HistogramSeries: MetricSeries, RecorderHandler, TimerHandler {
  static let kind = MetricKind.histogram

  private struct State {
    /// Of each bucket by itself, that beyond the last bound included.
    var counts: [Int]
    var sum = 0.0
  }

  private let name: SeriesName
  private let bounds: [Double]
  private let state: Mutex<State>

  init(_ name: String, _ labels: [Label], buckets: [Double]) {
    self.name = SeriesName(name: name, labels: labels)
    bounds = Set(buckets.filter(\.isFinite)).sorted()
    state = Mutex(State(counts: [Int](repeating: 0, count: bounds.count + 1)))
  }

  func record(_ value: Int64) { record(Double(value)) }

  /// What is no number is left out: it would spoil the sum for ever.
  func record(_ value: Double) {
    guard !value.isNaN else { return }
    let bucket = bounds.firstIndex { value <= $0 } ?? bounds.endIndex
    state.withLock {
      $0.counts[bucket] += 1
      $0.sum += value
    }
  }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

  func write(into text: inout String) {
    let state = state.withLock { $0 }
    var count = 0
    for (bound, inBucket) in zip(bounds + [.infinity], state.counts) {
      count += inBucket
      name.write(Double(count), suffix: "_bucket", bound: bound, into: &text)
    }
    name.write(state.sum, suffix: "_sum", into: &text)
    name.write(Double(count), suffix: "_count", into: &text)
  }
}
