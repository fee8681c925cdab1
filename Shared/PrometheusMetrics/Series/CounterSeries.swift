import CoreMetrics
import Synchronization

/// A number that only grows.
final class CounterSeries: MetricSeries, CounterHandler, FloatingPointCounterHandler {
  static let kind = MetricKind.counter

  private let name: SeriesName
  private let value = Mutex(0.0)

  init(_ name: String, _ labels: [Label], buckets: [Double]) {
    self.name = SeriesName(name: name, labels: labels)
  }

  func increment(by amount: Int64) { increment(by: Double(amount)) }

  /// Whatever would not make it grow is left out.
  func increment(by amount: Double) {
    if amount > 0, amount.isFinite { value.withLock { $0 += amount } }
  }

  func reset() { value.withLock { $0 = 0 } }

  func write(into text: inout String) {
    name.write(value.withLock { $0 }, into: &text)
  }
}
