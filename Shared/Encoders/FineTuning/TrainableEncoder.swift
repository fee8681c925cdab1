public import Compute
public import Tensor

/// An encoder whose last layers learn, by gradients that come from a decoder.
///
/// The layers before run as they do in an ``ImageEncoder``. Batch norms keep their statistics, as
/// usual where a trained network is tuned on few images; they are folded into the convolutions, and
/// what is learnt is the weights and biases that this gives. A step is ``forward(_:)``, what the
/// decoder does, ``backward(_:)``, and an optimiser's step on ``parameters`` by ``gradients``.
///
/// Calculations run on a thread of the encoder's own with the OpenMP threads that were asked for;
/// results depend on how many these are, on nothing else. One caller at a time.
public final class TrainableEncoder: Sendable {
  /// What it began as.
  public let identity: EncoderIdentity
  /// What learns; whoever changes it changes the encoder.
  public let parameters: ParameterSet<Float>
  /// The gradient that ``backward(_:)`` left.
  public let gradients: ParameterSet<Float>
  /// The most images of a batch; fewer take as long.
  public let batchSize: Int
  /// The cells of an image's grid.
  public let cells: Int

  let weights: NetworkWeights
  let credit: String
  private let thread: ComputeThread
  private let engine: Engine

  /// The channels of the feature grid.
  public var channels: Int { identity.architecture.outputChannels }

  /// Opens an encoder of a store.
  ///
  /// - Throws: ``EncoderError``: as ``EncoderStore/load(_:precision:threadCount:maximumBatchSize:)``, and
  ///   `invalid` where the architecture cannot be opened as asked.
  public convenience init(
    _ name: String, in store: EncoderStore, opening: Opening, batchSize: Int, threadCount: Int
  ) throws(EncoderError) {
    let (entry, weights) = try store.weights(of: name)
    try self.init(
      entry.identity, weights, credit: entry.credit, opening: opening, batchSize: batchSize,
      threadCount: threadCount)
  }

  init(
    _ identity: EncoderIdentity, _ weights: NetworkWeights, credit: String = "",
    opening: Opening, batchSize: Int, threadCount: Int
  ) throws(EncoderError) {
    precondition(batchSize > 0, "a batch has at least one image")
    let network = weights.network
    let firstLayer = try network.firstLayer(of: opening)
    self.identity = identity
    self.weights = weights
    self.credit = credit
    self.batchSize = batchSize
    let images = [batchSize, 3, identity.inputSize, identity.inputSize]
    let grid = network.extents(ofImages: images)[network.output]
    cells = grid[2] * grid[3]
    parameters = ParameterSet<Float>(weights, from: firstLayer)
    gradients = parameters.duplicate()
    for name in gradients.names { gradients[name].fill(0) }
    thread = ComputeThread(name: "fine-tuning", threadCount: threadCount)
    let (parameters, gradients) = (parameters, gradients)
    do {
      engine = try thread.run { () throws(OneDNNError) in
        try Engine(
          weights, from: firstLayer, images: images, parameters: parameters, gradients: gradients)
      }
    } catch {
      throw EncoderError(code: .failed, error.description)
    }
  }

  /// Bytes of activations, gradients by them and scratch memory.
  public var workingMemory: Int { engine.byteCount }

  /// Encodes images, and keeps what ``backward(_:)`` needs.
  ///
  /// - Parameter images: float32 [N, 3, H, W], normalised, of the encoder's input size, at most
  ///   ``batchSize``.
  /// - Returns: [N · cells, channels]: cells in reading order, a row a cell.
  /// - Throws: ``EncoderError`` `invalid` for images of another type or shape.
  public func forward(_ images: Tensor) throws(EncoderError) -> Matrix<Float> {
    let size = identity.inputSize
    guard images.elementType == .float32, images.shape.rank == 4,
      (1...batchSize).contains(images.shape[0]),
      images.shape.dimensions.dropFirst() == [3, size, size]
    else {
      throw EncoderError(
        code: .invalid,
        "this encoder takes 1 to \(batchSize) float32 images of shape 3×\(size)×\(size), not "
          + "\(images.elementType.rawValue) \(images.shape)")
    }
    let features = Matrix<Float>(batchSize * cells, channels)
    try run { [engine] () throws(OneDNNError) in try engine.forward(images, into: features) }
    return features[rows: 0..<images.shape[0] * cells]
  }

  /// Sets ``gradients`` to the loss's gradient by the parameters, for the images of the last
  /// ``forward(_:)``.
  ///
  /// - Parameter gradient: the loss's gradient by the features, [N · cells, channels].
  public func backward(_ gradient: Matrix<Float>) throws(EncoderError) {
    let whole = Matrix<Float>(batchSize * cells, channels)
    whole[rows: 0..<gradient.rows].copy(from: gradient)
    try run { [engine] () throws(OneDNNError) in try engine.backward(whole) }
  }

  private func run(
    _ body: @escaping @Sendable () throws(OneDNNError) -> Void
  ) throws(EncoderError) {
    do {
      try thread.run(body)
    } catch {
      throw EncoderError(code: .failed, error.description)
    }
  }
}
