internal import CPixels

/// How each sample along one axis of a resized image is put together from the samples before:
/// Pillow's antialiased triangle filter in fixed point.
struct ResampleAxis {
  /// Bits after the point of a weight.
  static let fractionBits = 22

  /// For each output, the first input that it takes.
  let first: [Int32]
  /// For each output, the weights of `taps` successive inputs.
  let weights: [Int32]
  let taps: Int

  /// Plans going from `input` samples to `output` samples.
  init(from input: Int, to output: Int) {
    precondition(input > 0 && output > 0, "no resizing from \(input) to \(output)")
    let scale = Double(input) / Double(output)
    let support = max(scale, 1)
    // A window of width 2·support holds at most this many sample centres. All windows get the same
    // number of taps, so that the inner loops have a constant length.
    let taps = min(Int((2 * support).rounded(.up)) + 1, input)
    var first = [Int32](repeating: 0, count: output)
    var weights = [Int32](repeating: 0, count: output * taps)
    var window = [Double](repeating: 0, count: taps)
    for index in 0..<output {
      let centre = (Double(index) + 0.5) * scale
      let lower = max(0, Int(centre - support + 0.5))
      let upper = min(input, Int(centre + support + 0.5))
      let count = upper - lower
      var sum = 0.0
      for tap in 0..<count {
        let distance = abs((Double(tap + lower) - centre + 0.5) * (1 / support))
        window[tap] = max(0, 1 - distance)
        sum += window[tap]
      }
      let start = min(lower, input - taps)
      first[index] = Int32(start)
      for tap in 0..<count {
        let weight = window[tap] / sum * Double(1 << Self.fractionBits) + 0.5
        weights[index * taps + lower - start + tap] = Int32(weight)
      }
    }
    self.first = first
    self.weights = weights
    self.taps = taps
  }

  /// Lends the plan to C.
  func withCAxis<R>(_ body: (cpixels_axis) -> R) -> R {
    unsafe first.withUnsafeBufferPointer { first in
      unsafe weights.withUnsafeBufferPointer { weights in
        unsafe body(
          cpixels_axis(
            first: first.baseAddress, weights: weights.baseAddress, taps: taps,
            outputs: first.count))
      }
    }
  }
}
