internal import Compute
internal import Synchronization
internal import Tensor

extension ImageEncoder {
  /// The state of an encoder. Touched on one compute thread only, which is what makes it safe to
  /// send; the weights, which it shares with its lanes, change under a lock.
  final class Engine: @unchecked Sendable {
    private let network: Network
    private let weights: PackedWeights
    private let precision: Precision
    private let maximumBatchSize: Int
    let lanes: [Lane]
    /// Plans by the extents N, C, H, W of the images.
    private var plans: [[Int]: ExecutionPlan] = [:]
    /// Where activations lie, whatever the plan.
    private var arena = AlignedBuffer(byteCount: 0)
    private var openStream: OneDNN.Stream?

    /// - Parameter laneCount: how many threads encode images alone where there are enough of them.
    init(
      weights: PackedWeights, network: Network, precision: Precision, maximumBatchSize: Int,
      laneCount: Int = 0
    ) {
      self.precision = precision
      self.network = network
      self.weights = weights
      self.maximumBatchSize = maximumBatchSize
      lanes = (0..<laneCount).map { _ in
        Lane(Engine(weights: weights, network: network, precision: precision, maximumBatchSize: 1))
      }
    }

    /// float32 [N, C, h, w]
    func features(of images: Tensor) throws(EncoderError) -> Tensor {
      let extents = network.extents(ofImages: images.shape.dimensions)[network.output]
      return try Tensor(Shape(extents), of: Float.self) { span throws(EncoderError) in
        try run(images, extents, .dense, &span)
      }
    }

    /// float16 [N, h·w, C]
    func cells(of images: Tensor) throws(EncoderError) -> Tensor {
      let extents = network.extents(ofImages: images.shape.dimensions)[network.output]
      let shape = Shape([extents[0], extents[2] * extents[3], extents[1]])
      let wide = try Tensor(shape, of: Float.self) { span throws(EncoderError) in
        try run(images, extents, .channelsLast, &span)
      }
      return Tensor(shape, of: Float16.self) { span in
        HalfPrecision.narrow(wide.elements(as: Float.self), into: &span)
      }
    }

    /// Makes what a batch of images needs.
    func prepare(_ images: Shape) throws(EncoderError) {
      do {
        let shared = shareOfLanes(images[0])
        if shared > 0 { for lane in lanes { try lane.prepare(images) } }
        for batch in batches(shared..<images[0]) {
          _ = try plan(for: images, batchSize: batch.count)
        }
      } catch {
        throw EncoderError(code: .failed, error.description)
      }
    }

    private func run(
      _ images: Tensor, _ extents: [Int], _ layout: OneDNN.Layout, _ span: inout MutableSpan<Float>
    ) throws(EncoderError) {
      let imageFeatures = extents[1] * extents[2] * extents[3]
      let count = images.shape[0]
      do {
        let shared = shareOfLanes(count)
        if shared > 0 { try encodeOnLanes(images, shared, layout, imageFeatures, &span) }
        try encode(images, shared..<count, layout, imageFeatures, &span)
      } catch {
        throw EncoderError(code: .failed, error.description)
      }
    }

    /// Encodes some of the images on this engine's thread.
    ///
    /// - Parameter span: gets the features, those of image i at i · `imageFeatures`.
    func encode(
      _ images: Tensor, _ range: Range<Int>, _ layout: OneDNN.Layout, _ imageFeatures: Int,
      _ span: inout MutableSpan<Float>
    ) throws(OneDNNError) {
      if !range.isEmpty { OneDNN.spreadThreads() }
      for batch in batches(range) {
        let plan = try plan(for: images.shape, batchSize: batch.count)
        try plan.run(
          images, from: batch.lowerBound, to: &span, at: batch.lowerBound * imageFeatures, layout,
          on: try stream())
      }
    }

    /// Larger batches than the maximum are cut, which bounds the memory of activations.
    private func batches(_ range: Range<Int>) -> [Range<Int>] {
      stride(from: range.lowerBound, to: range.upperBound, by: maximumBatchSize).map {
        $0..<min($0 + maximumBatchSize, range.upperBound)
      }
    }

    func plan(
      for images: Shape, batchSize: Int
    ) throws(OneDNNError) -> ExecutionPlan {
      let extents = [batchSize] + images.dimensions.dropFirst()
      let plan: ExecutionPlan
      if let known = plans[extents] {
        plan = known
      } else {
        let stream = try stream()
        var made: Result<ExecutionPlan, OneDNNError>?
        weights.lock.withLock { _ in
          made = Result { () throws(OneDNNError) in
            try ExecutionPlanner.plan(
              network, extents: extents, weights: weights, precision: precision, stream: stream)
          }
        }
        plan = try made!.get()
        // Images come in one size, or in so many that keeping plans pays no more.
        if plans.count == Self.maximumPlanCount { plans = [:] }
        plans[extents] = plan
      }
      if plan.byteCount > arena.byteCount {
        arena = AlignedBuffer(byteCount: plan.byteCount)
        // All of them, or the old arena would live on in those that are not used now.
        for other in plans.values { try other.bind(to: arena) }
      }
      try plan.bind(to: arena)
      return plan
    }

    private static let maximumPlanCount = 64

    private func stream() throws(OneDNNError) -> OneDNN.Stream {
      if let openStream { return openStream }
      let stream = try OneDNN.Stream()
      openStream = stream
      return stream
    }
  }
}
