/// How often magnitudes occur.
struct Histogram {
  /// The largest magnitude.
  let peak: Float
  private(set) var counts: [Int]

  init(peak: Float, binCount: Int = 2048) {
    self.peak = peak
    counts = [Int](repeating: 0, count: binCount)
  }

  mutating func add(_ elements: Span<Float>) {
    guard peak > 0 else { return }
    let scale = Float(counts.count) / peak
    var counts = self.counts.mutableSpan
    for index in elements.indices {
      counts[min(Int(abs(elements[index]) * scale), counts.count - 1)] += 1
    }
  }

  /// The step with which integers up to `largest` are nearest to the numbers, by the mean of the
  /// squared errors: a smaller one writes small numbers better and cuts large ones off.
  func bestStep(largest: Float) -> Float {
    guard peak > 0 else { return 1 }
    let width = peak / Float(counts.count)
    var best = (step: peak / largest, error: Float.infinity)
    for part in stride(from: Float(1), through: 0.1, by: -0.01) {
      let step = part * peak / largest
      var error: Float = 0
      for (bin, count) in counts.enumerated() where count > 0 && bin > 0 {
        let magnitude = (Float(bin) + 0.5) * width
        // Rounding spreads errors evenly over half a step on either side.
        let off = magnitude - part * peak
        error += Float(count) * (off > 0 ? off * off : step * step / 12)
      }
      if error < best.error { best = (step, error) }
    }
    return best.step
  }
}
