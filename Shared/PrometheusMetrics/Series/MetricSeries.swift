/// One line, or one histogram, of the exposition: a metric with certain labels.
protocol MetricSeries: AnyObject, Sendable {
  static var kind: MetricKind { get }

  init(_ name: String, _ labels: [Label], buckets: [Double])

  /// Appends the lines of the present value.
  func write(into text: inout String)
}

/// The exposition format's types.
enum MetricKind: String, Sendable {
  case counter, gauge, histogram
}

/// How a series is called in the exposition.
struct SeriesName: Hashable, Sendable {
  let name: String
  let labels: [Label]

  /// Appends one sample; `bound` is the upper bound of a histogram's bucket.
  func write(
    _ value: Double, suffix: String = "", bound: Double? = nil, into text: inout String
  ) {
    var pairs = labels.map { "\($0.name)=\"\(MetricName.escapedValue($0.value))\"" }
    if let bound { pairs.append("le=\"\(MetricName.number(bound))\"") }
    text += name + suffix
    if !pairs.isEmpty { text += "{" + pairs.joined(separator: ",") + "}" }
    text += " " + MetricName.number(value) + "\n"
  }
}
