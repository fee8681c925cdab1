internal import Compute
public import Tensor
public import WeightFiles

/// A convolutional network that turns images into grids of features.
///
/// Calculations run on a thread of the encoder's own, one after the other, each on as many OpenMP
/// threads as were asked for. What a batch size needs is made when it is first seen, and kept.
public final class ImageEncoder: Sendable {
  public let architecture: Architecture

  private let thread: ComputeThread
  private let engine: Engine

  /// Loads a network from a weight file with its tensors in the architecture's usual names.
  ///
  /// - Parameter threadCount: how many threads a calculation uses.
  /// - Throws: ``EncoderError`` for a file that lacks tensors or has them in other shapes.
  public init(
    _ architecture: Architecture, weights file: WeightFile, threadCount: Int
  ) throws(EncoderError) {
    self.architecture = architecture
    self.thread = ComputeThread(name: "encoder", threadCount: threadCount)
    self.engine = Engine(weights: try NetworkWeights(architecture.network, in: file))
  }

  /// Encodes images.
  ///
  /// - Parameter images: float32 [N, 3, H, W], normalised; H and W are at least 32.
  /// - Returns: float32 [N, C, h, w], the network's own grid: h is ⌈H / 32⌉, w is ⌈W / 32⌉.
  public func encode(_ images: Tensor) throws(EncoderError) -> Tensor {
    try check(images)
    return try thread.run { [engine] () throws(EncoderError) in try engine.features(of: images) }
  }

  /// Encodes images for the mesh and for feature caches.
  ///
  /// - Parameter images: as for ``encode(_:)``.
  /// - Returns: float16 [N, h·w, C]: cells in reading order, the channels of a cell side by side.
  public func encodeCells(_ images: Tensor) throws(EncoderError) -> Tensor {
    try check(images)
    return try thread.run { [engine] () throws(EncoderError) in try engine.cells(of: images) }
  }

  private func check(_ images: Tensor) throws(EncoderError) {
    let shape = images.shape
    guard images.elementType == .float32, shape.rank == 4, shape[0] > 0, shape[1] == 3,
      shape[2] >= Architecture.stride, shape[3] >= Architecture.stride
    else {
      throw EncoderError(
        code: .invalid,
        "an encoder takes float32 images of shape N×3×H×W with H and W of at least "
          + "\(Architecture.stride), not \(images.elementType.rawValue) \(shape)")
    }
  }
}
