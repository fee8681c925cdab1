internal import Compute
internal import Tensor

/// What numbers a network's values hold, from images that stand for those to come.
struct Calibration {
  /// How often magnitudes occur in each value.
  private(set) var histograms: [Histogram]

  /// Runs the network in float32 over the images twice, for the largest magnitudes and for how
  /// often each occurs. Call it on a ``ComputeThread``.
  ///
  /// - Parameter images: each float32 [3, H, W], normalised.
  init(
    _ weights: NetworkWeights, images: [Tensor], progress: (Double) -> Void = { _ in }
  ) throws(OneDNNError) {
    let network = weights.network
    let stream = try OneDNN.Stream()
    let packed = PackedWeights(weights)
    let plan = try ExecutionPlanner.plan(
      network, extents: [1] + images[0].shape.dimensions, weights: packed, stream: stream)
    let arena = AlignedBuffer(byteCount: plan.byteCount)
    try plan.bind(to: arena)
    var peaks = [Float](repeating: 0, count: network.layers.count + 1)
    for (place, image) in images.enumerated() {
      try plan.run(Tensor(stacking: [image]), from: 0, on: stream) {
        (value, memory) throws(OneDNNError) in
        peaks[value] = try memory.withFloats { max(peaks[value], Self.largestMagnitude($0)) }
      }
      progress(Double(place + 1) / Double(2 * images.count))
    }
    var histograms = peaks.map { Histogram(peak: $0) }
    for (place, image) in images.enumerated() {
      try plan.run(Tensor(stacking: [image]), from: 0, on: stream) {
        (value, memory) throws(OneDNNError) in
        try memory.withFloats { histograms[value].add($0) }
      }
      progress(0.5 + Double(place + 1) / Double(2 * images.count))
    }
    self.histograms = histograms
  }

  private static func largestMagnitude(_ elements: Span<Float>) -> Float {
    var largest: Float = 0
    for index in elements.indices { largest = max(largest, abs(elements[index])) }
    return largest
  }
}
