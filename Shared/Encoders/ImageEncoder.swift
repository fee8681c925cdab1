internal import Compute
public import Imaging
public import Tensor
public import WeightFiles

/// A convolutional network that turns images into grids of features.
///
/// Calculations run on a thread of the encoder's own, one after the other, each on as many OpenMP
/// threads as were asked for. What a batch size needs is made when it is first seen, and kept.
/// An image's features do not depend on which images are encoded together with it.
public final class ImageEncoder: Sendable {
  public let identity: EncoderIdentity
  /// The numbers that it multiplies. Features differ a little from one precision to another; their
  /// identity is that of the weights all the same.
  public let precision: Precision

  private let thread: ComputeThread
  private let engine: Engine

  /// The channels of the feature grid.
  public var channels: Int { identity.architecture.outputChannels }

  /// Makes an encoder of weights, read from a file with the architecture's usual names.
  ///
  /// - Parameters:
  ///   - architecture: the network.
  ///   - file: the weights.
  ///   - name: what people call it; nil: as the architecture.
  ///   - normalization: how images are normalised; nil: as is usual for the architecture.
  ///   - inputSize: the height and width that images have.
  ///   - precision: fp32 or bf16; int8 needs quantized weights, see ``EncoderStore``.
  ///   - threadCount: how many threads a calculation uses.
  ///   - maximumBatchSize: larger batches are cut into pieces of this size, or of less where that is
  ///     faster; more images at a time take more memory and are hardly faster.
  /// - Throws: ``EncoderError`` `mismatch` for weights that are not of the architecture.
  public convenience init(
    _ architecture: Architecture, weights file: WeightFile, name: String? = nil,
    normalization: Normalization? = nil, inputSize: Int = 256, precision: Precision = .fp32,
    threadCount: Int, maximumBatchSize: Int = 8
  ) throws(EncoderError) {
    let weights = try NetworkWeights(architecture.network, in: file)
    let identity = EncoderIdentity(
      name: name ?? architecture.rawValue, architecture: architecture,
      weightsHash: weights.hash(),
      normalization: normalization ?? architecture.defaultNormalization, inputSize: inputSize)
    try self.init(
      identity, weights, precision: precision, threadCount: threadCount,
      maximumBatchSize: maximumBatchSize)
  }

  /// - Throws: ``EncoderError`` `invalid` where the processor or the weights do not allow the
  ///   precision.
  init(
    _ identity: EncoderIdentity, _ weights: NetworkWeights, precision: Precision = .fp32,
    threadCount: Int, maximumBatchSize: Int
  ) throws(EncoderError) {
    precondition(maximumBatchSize > 0, "a batch has at least one image")
    if precision == .bf16, !precision.isFast {
      throw EncoderError(
        code: .invalid,
        "this processor does not multiply bfloat16 (AVX512_BF16 or AMX); use --precision fp32, or "
          + "auto, which takes what the processor has")
    }
    guard (precision == .int8) == (weights.steps != nil) else {
      throw EncoderError(
        code: .invalid,
        "\(identity.name): int8 needs quantized weights, and other precisions need those that are not"
      )
    }
    self.identity = identity
    self.precision = precision
    self.thread = ComputeThread(name: "encoder", threadCount: threadCount)
    let network = weights.network
    self.engine = Engine(
      weights: PackedWeights(weights), network: network, precision: precision,
      maximumBatchSize: min(maximumBatchSize, network.imagesAtATime(precision)),
      laneCount: threadCount > 1 && network.suitsLanes(precision) ? threadCount : 0)
  }

  /// Encodes images, blocking the caller.
  ///
  /// - Parameter images: float32 [N, 3, H, W], normalised; H and W are at least 32.
  /// - Returns: float32 [N, C, h, w], the network's own grid: h is ⌈H / 32⌉, w is ⌈W / 32⌉;
  ///   ⌈H / 16⌉ and ⌈W / 16⌉ for `resnet101v2-c4`.
  /// - Throws: ``EncoderError`` `invalid` for images of another type or shape.
  public func encode(_ images: Tensor) throws(EncoderError) -> Tensor {
    try check(images)
    return try thread.run { [engine] () throws(EncoderError) in try engine.features(of: images) }
  }

  /// Encodes images for the mesh and for feature caches, blocking the caller.
  ///
  /// - Parameter images: as for ``encode(_:)``.
  /// - Returns: float16 [N, h·w, C]: cells in reading order, the channels of a cell side by side.
  public func encodeCells(_ images: Tensor) throws(EncoderError) -> Tensor {
    try check(images)
    return try thread.run { [engine] () throws(EncoderError) in try engine.cells(of: images) }
  }

  /// ``encodeCells(_:)``, suspending the caller.
  public func encodeCells(_ images: Tensor) async throws(EncoderError) -> Tensor {
    try check(images)
    return try await thread.run { [engine] () throws(EncoderError) in
      try engine.cells(of: images)
    }
  }

  /// Loads what batches of the given size need, so that the first one is not late.
  public func prepare(batchSize: Int) throws(EncoderError) {
    let images = Shape([batchSize, 3, identity.inputSize, identity.inputSize])
    try thread.run { [engine] () throws(EncoderError) in try engine.prepare(images) }
  }

  private func check(_ images: Tensor) throws(EncoderError) {
    let shape = images.shape
    guard images.elementType == .float32, shape.rank == 4, shape[0] > 0, shape[1] == 3,
      shape[2] >= Architecture.minimumExtent, shape[3] >= Architecture.minimumExtent
    else {
      throw EncoderError(
        code: .invalid,
        "an encoder takes float32 images of shape N×3×H×W with H and W of at least "
          + "\(Architecture.minimumExtent), not \(images.elementType.rawValue) \(shape)")
    }
  }
}
