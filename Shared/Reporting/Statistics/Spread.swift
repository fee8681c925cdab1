/// The mean of some numbers and how far they scatter.
struct Spread: Sendable, Equatable {
  let count: Int
  let mean: Double
  /// The sample's standard deviation; nil for fewer than two numbers.
  let deviation: Double?

  /// Nil without numbers.
  init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    count = values.count
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    deviation =
      values.count < 2
      ? nil
      : (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1))
        .squareRoot()
  }

  /// Half the width of the mean's 95 % interval, by the normal approximation.
  var margin: Double? { deviation.map { 1.96 * $0 / Double(count).squareRoot() } }
}
