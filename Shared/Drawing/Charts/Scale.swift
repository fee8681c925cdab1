/// Numbers along one axis, and where they lie in the picture.
struct Scale {
  let values: ClosedRange<Double>
  let ticks: [Double]
  private let start: Double
  private let end: Double

  /// Round numbers, steps of 1, 2 or 5 times a power of ten, around all the values.
  ///
  /// - Parameter wholeOnly: steps are whole numbers, and the values' own ends are the axis's.
  init(
    _ values: [Double], from start: Double, to end: Double, ticks wanted: Int,
    startsAtZero: Bool = false, wholeOnly: Bool = false
  ) {
    self.start = start
    self.end = end
    // Beyond these a difference of two would not be finite.
    let values = values.map { min(max($0, -1e300), 1e300) }
    var low = values.min() ?? 0
    var high = values.max() ?? 1
    if startsAtZero { low = min(low, 0) }
    if wholeOnly {
      // Half a step of room on each side, which also gives a single value its place in the middle.
      let step = max(Self.step(over: high - low, wanted), 1)
      let first = (low / step).rounded(.up) * step
      ticks = Array(stride(from: first, through: high, by: step))
      let room = max((high - low) * 0.03, high == low ? 1 : 0.2)
      self.values = low - room...high + room
      return
    }
    if high - low < max(high.magnitude, low.magnitude) * 1e-9 || high == low {
      let room = high == 0 ? 1 : high.magnitude * 0.1
      low = startsAtZero ? min(low, 0) : low - room
      high += room
    }
    let step = Self.step(over: high - low, wanted)
    let first = (low / step).rounded(.down)
    let last = (high / step).rounded(.up)
    ticks = (0...Int(last - first)).map { (first + Double($0)) * step }
    self.values = first * step...last * step
  }

  func place(_ value: Double) -> Double {
    start + (value - values.lowerBound) / (values.upperBound - values.lowerBound) * (end - start)
  }

  /// The ticks' labels, all with the digits that the step needs.
  var labels: [String] {
    let step = ticks.count > 1 ? ticks[1] - ticks[0] : 1
    if step < 0.0005 { return ticks.map { $0 == 0 ? "0" : $0.short } }
    var digits = 0
    var rest = step
    while rest < 0.999, digits < 6 {
      rest *= 10
      digits += 1
    }
    return ticks.map { $0.fixed(digits) }
  }

  private static func step(over range: Double, _ wanted: Int) -> Double {
    guard range > 0, range.isFinite else { return 1 }
    let raw = range / Double(wanted)
    var power = 1.0
    while power * 10 <= raw { power *= 10 }
    while power > raw { power /= 10 }
    let factor = [1.0, 2, 5, 10].first { raw <= $0 * power * 1.0001 } ?? 10
    return factor * power
  }
}
