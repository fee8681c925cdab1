public import CoreMetrics
import Synchronization

/// A backend of swift-metrics whose metrics are read as Prometheus's text.
///
/// Counters are counters; meters, and recorders that do not aggregate, are gauges; recorders that
/// do and timers are histograms, timers in seconds. Dimensions are labels. A metric of one name is
/// of one kind: what is made under it as another kind, or beyond ``seriesLimit`` sets of labels,
/// works and is not shown.
public final class PrometheusRegistry: MetricsFactory {
  /// The most sets of labels of one metric, so that no label whose values a stranger chooses fills
  /// the memory.
  public static let seriesLimit = 1000

  struct Family {
    let kind: MetricKind
    let help: String
    var series: [[Label]: any MetricSeries] = [:]
  }

  private let descriptions: [String: MetricDescription]
  private let families = Mutex<[String: Family]>([:])

  /// - Parameter descriptions: the metrics that are known beforehand. Others work as well; their
  ///   buckets are for seconds.
  public init(_ descriptions: [MetricDescription] = []) {
    self.descriptions = Dictionary(descriptions.map { ($0.name, $0) }) { first, _ in first }
  }

  /// The exposition: text format, version 0.0.4, metrics in the order of their names.
  public var text: String {
    // Values change while they are written; the metrics stay.
    let families = families.withLock { $0 }
    var text = ""
    for (name, family) in families.sorted(by: { $0.key < $1.key }) where !family.series.isEmpty {
      text += "# HELP \(name) \(MetricName.escapedHelp(family.help))\n"
      text += "# TYPE \(name) \(family.kind.rawValue)\n"
      let all = family.series.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      for (_, series) in all { series.write(into: &text) }
    }
    return text
  }

  // MARK: MetricsFactory

  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    series(CounterSeries.self, label, dimensions)
  }

  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    series(CounterSeries.self, label, dimensions)
  }

  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    series(GaugeSeries.self, label, dimensions)
  }

  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    aggregate
      ? series(HistogramSeries.self, label, dimensions)
      : series(GaugeSeries.self, label, dimensions)
  }

  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    series(HistogramSeries.self, label, dimensions)
  }

  public func destroyCounter(_ handler: any CounterHandler) { forget(handler) }
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
    forget(handler)
  }
  public func destroyMeter(_ handler: any MeterHandler) { forget(handler) }
  public func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }
  public func destroyTimer(_ handler: any TimerHandler) { forget(handler) }

  /// The one series of these labels.
  private func series<Series: MetricSeries>(
    _ type: Series.Type, _ label: String, _ dimensions: [(String, String)]
  ) -> Series {
    let name = MetricName.metric(label)
    let labels = Label.labels(of: dimensions)
    let description = descriptions[name]
    return families.withLock { families in
      var family =
        families[name] ?? Family(kind: Series.kind, help: description?.help ?? "Not described.")
      if let series = family.series[labels] as? Series { return series }
      let series = Series(
        name, labels, buckets: description?.buckets ?? MetricDescription.seconds)
      if family.kind == Series.kind, family.series.count < Self.seriesLimit {
        family.series[labels] = series
        families[name] = family
      }
      return series
    }
  }

  private func forget(_ handler: AnyObject) {
    families.withLock { families in
      for (name, family) in families {
        for (labels, series) in family.series where series === handler {
          families[name]!.series[labels] = nil
        }
      }
    }
  }
}
