import CoreMetrics
import Synchronization

/// A number as it is now.
final class GaugeSeries: MetricSeries, MeterHandler, RecorderHandler {
  static let kind = MetricKind.gauge

  private let name: SeriesName
  private let value = Mutex(0.0)

  init(_ name: String, _ labels: [Label], buckets: [Double]) {
    self.name = SeriesName(name: name, labels: labels)
  }

  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { self.value.withLock { $0 = value } }
  func increment(by amount: Double) { value.withLock { $0 += amount } }
  func decrement(by amount: Double) { value.withLock { $0 -= amount } }
  func record(_ value: Int64) { set(value) }
  func record(_ value: Double) { set(value) }

  func write(into text: inout String) {
    name.write(value.withLock { $0 }, into: &text)
  }
}
