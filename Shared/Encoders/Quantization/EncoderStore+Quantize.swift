internal import Compute
public import Tensor
internal import WeightFiles

extension EncoderStore {
  /// Writes an encoder's weights as eight-bit integers, beside its file.
  ///
  /// Every fourth image, at least one, is kept to measure how close the features are to those of the
  /// float weights; the steps of activations are chosen on the others.
  ///
  /// - Parameters:
  ///   - name: the encoder's, in the store.
  ///   - images: at least two, each float32 [3, H, W] of the encoder's input size, normalised.
  ///   - names: convolutions that keep real numbers, by their names in weight files.
  ///   - threadCount: the threads to compute with.
  ///   - progress: gets the share of the work that is done.
  /// - Throws: ``EncoderError``: `missing` or `mismatch` for the encoder, `invalid` for too few
  ///   images, `failed` where the file cannot be written.
  @discardableResult
  public func quantize(
    _ name: String, images: [Tensor], keeping names: Set<String> = [], threadCount: Int,
    progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) throws(EncoderError) -> QuantizedEncoder {
    let (entry, weights) = try weights(of: name)
    let known = Set(weights.network.convolutions.map(\.1.name))
    if let stranger = names.subtracting(known).min() {
      throw EncoderError(
        code: .invalid, "the encoder '\(name)' has no convolution '\(stranger)' to keep")
    }
    guard images.count > 1 else {
      throw EncoderError(code: .invalid, "quantizing takes at least two images, better a hundred")
    }
    let isHeldOut = { (place: Int) in place % 4 == min(3, images.count - 1) }
    let heldOut = images.indices.filter(isHeldOut).map { images[$0] }
    let chosenOn = images.indices.filter { !isHeldOut($0) }.map { images[$0] }
    let tensors = try quantized(
      weights, chosenOn, keeping: names, threadCount: threadCount, progress: progress)
    let path = file(name + Self.quantizedSuffix)
    let integers = try NetworkWeights(weights.network, in: WeightFile(tensors, path: path))
    let cosines = try cosines(
      ImageEncoder(
        entry.identity, weights, threadCount: threadCount, maximumBatchSize: 1),
      ImageEncoder(
        entry.identity, integers, precision: .int8, threadCount: threadCount, maximumBatchSize: 1),
      heldOut)
    let encoder = QuantizedEncoder(
      identity: entry.identity, hash: integers.hash(), imageCount: chosenOn.count,
      cosine: cosines.reduce(0, +) / Double(cosines.count), leastCosine: cosines.min() ?? 1,
      path: path)
    do {
      try WeightFile.write(
        tensors, metadata: entry.metadata.merging(encoder.metadata) { $1 }, to: path)
    } catch {
      throw EncoderError(code: .failed, error.description)
    }
    return encoder
  }

  private func quantized(
    _ weights: NetworkWeights, _ images: [Tensor], keeping names: Set<String>, threadCount: Int,
    progress: @escaping @Sendable (Double) -> Void
  ) throws(EncoderError) -> [String: Tensor] {
    do {
      let thread = ComputeThread(name: "quantizing", threadCount: threadCount)
      let calibration = try thread.run { () throws(OneDNNError) in
        try Calibration(weights, images: images, progress: progress)
      }
      return Quantizer(weights, calibration, keeping: names).tensors()
    } catch {
      throw EncoderError(code: .failed, error.description)
    }
  }

  /// The cosine of the angle between two encoders' features of each image.
  private func cosines(
    _ a: ImageEncoder, _ b: ImageEncoder, _ images: [Tensor]
  ) throws(EncoderError) -> [Double] {
    try images.map { image throws(EncoderError) in
      let batch = Tensor(stacking: [image])
      return Self.cosine(
        try a.encode(batch).array(of: Float.self), try b.encode(batch).array(of: Float.self))
    }
  }

  static func cosine(_ a: [Float], _ b: [Float]) -> Double {
    var (product, ofA, ofB) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      product += Double(x) * Double(y)
      ofA += Double(x) * Double(x)
      ofB += Double(y) * Double(y)
    }
    return ofA * ofB > 0 ? product / (ofA * ofB).squareRoot() : ofA == ofB ? 1 : 0
  }
}
