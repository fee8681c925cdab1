internal import Glibc
internal import WeightFiles

extension EncoderStore {
  /// What a quantized encoder's file has after the encoder's name. No encoder's own name ends so.
  static let quantizedSuffix = ".int8"

  /// The encoder's quantized weights, without looking at them; nil where there are none.
  ///
  /// - Throws: ``EncoderError`` `mismatch` for quantized weights of other weights than the encoder's.
  public func quantized(_ name: String) throws(EncoderError) -> QuantizedEncoder? {
    try openQuantized(entry(name))?.encoder
  }

  /// What `choice` comes to for an encoder on this machine.
  public func precision(
    of name: String, choice: PrecisionChoice
  ) throws(EncoderError) -> Precision {
    if let precision = choice.precision { return precision }
    // What is wrong with quantized weights does not keep others from being used.
    if Precision.int8.isFast, let quantized = try? quantized(name), quantized.isClose {
      return .int8
    }
    return Precision.bf16.isFast ? .bf16 : .fp32
  }

  /// Loads an encoder, after comparing its weights with what was imported or quantized.
  ///
  /// - Parameters: as for ``ImageEncoder/init(_:weights:name:normalization:inputSize:precision:threadCount:maximumBatchSize:)``.
  /// - Throws: ``EncoderError``: `missing`, `mismatch` that says what was expected and found, or
  ///   `invalid` where the processor does not have the precision.
  public func load(
    _ name: String, precision choice: PrecisionChoice = .fp32, threadCount: Int,
    maximumBatchSize: Int = 8
  ) throws(EncoderError) -> ImageEncoder {
    let precision = try precision(of: name, choice: choice)
    if precision == .int8 {
      let (encoder, weights) = try quantizedWeights(of: name)
      return try ImageEncoder(
        encoder.identity, weights, precision: .int8, threadCount: threadCount,
        maximumBatchSize: maximumBatchSize)
    }
    let (entry, weights) = try weights(of: name)
    return try ImageEncoder(
      entry.identity, weights, precision: precision, threadCount: threadCount,
      maximumBatchSize: maximumBatchSize)
  }

  /// An encoder's quantized weights, after comparing them with what quantizing made.
  private func quantizedWeights(
    of name: String
  ) throws(EncoderError) -> (QuantizedEncoder, NetworkWeights) {
    let entry = try entry(name)
    let again = "captionmesh encoder quantize \(name) --images FOLDER"
    guard let (encoder, file) = try openQuantized(entry) else {
      throw EncoderError(
        code: .missing,
        "the encoder '\(name)' in \(path) has no int8 weights; make them: \(again)")
    }
    let weights = try NetworkWeights(entry.identity.architecture.network, in: file)
    let found = weights.hash()
    guard found == encoder.hash, weights.steps != nil else {
      throw EncoderError(
        code: .mismatch,
        "\(encoder.path): the weights are not those that were written: SHA-256 expected "
          + "\(encoder.hash), found \(found); make them again: \(again)")
    }
    return (encoder, weights)
  }

  private func openQuantized(
    _ entry: StoredEncoder
  ) throws(EncoderError) -> (encoder: QuantizedEncoder, file: WeightFile)? {
    let name = entry.identity.name
    let path = file(name + Self.quantizedSuffix)
    guard unsafe access(path, F_OK) == 0 else { return nil }
    let file: WeightFile
    do {
      file = try WeightFile.open(path)
    } catch {
      throw EncoderError(code: .mismatch, error.description)
    }
    let encoder = try QuantizedEncoder(name: name, metadata: file.metadata, path: path)
    guard encoder.identity == entry.identity else {
      throw EncoderError(
        code: .mismatch,
        "\(path): was made from other weights than those of the encoder: SHA-256 expected "
          + "\(entry.identity.weightsHash), found \(encoder.identity.weightsHash); make it again: "
          + "captionmesh encoder quantize \(name) --images FOLDER")
    }
    return (encoder, file)
  }
}
