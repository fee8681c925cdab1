internal import Compute
internal import Tensor

extension TrainableEncoder {
  /// The state of the encoder. Touched on its compute thread only, which is what makes it safe to
  /// send.
  final class Engine: @unchecked Sendable {
    private let frozen: ExecutionPlan
    private let plan: TrainingPlan
    private let importing: OneDNN.Reorder
    private let stream: OneDNN.Stream
    private let images: Shape
    let byteCount: Int

    /// - Parameter images: the extents N, C, H, W of a full batch.
    init(
      _ weights: NetworkWeights, from firstLayer: Int, images: [Int],
      parameters: ParameterSet<Float>, gradients: ParameterSet<Float>
    ) throws(OneDNNError) {
      self.images = Shape(images)
      stream = try OneDNN.Stream()
      frozen = try ExecutionPlanner.plan(
        weights.network.prefix(upTo: firstLayer), extents: images,
        weights: PackedWeights(weights), stream: stream)
      try frozen.bind(to: AlignedBuffer(byteCount: frozen.byteCount))
      var planner = TrainingPlanner(
        weights.network, from: firstLayer, extents: images, layout: try .trained(),
        parameters: parameters, gradients: gradients)
      plan = try planner.plan(input: frozen.features.descriptor)
      importing = try plan.importing(frozen.features)
      byteCount = frozen.byteCount + plan.byteCount
    }

    /// - Parameter features: gets the features of a full batch.
    func forward(_ images: Tensor, into features: Matrix<Float>) throws(OneDNNError) {
      try frozen.run(filledUp(images), on: stream)
      try importing.run(on: stream)
      try plan.forward(into: features, on: stream)
    }

    func backward(_ gradient: Matrix<Float>) throws(OneDNNError) {
      try plan.backward(gradient, on: stream)
    }

    /// A full batch, with images of zeros at the end.
    private func filledUp(_ images: Tensor) -> Tensor {
      if images.shape == self.images { return images }
      let source = images.elements(as: Float.self)
      return Tensor(self.images, of: Float.self) { target in
        for index in source.indices { target[index] = source[index] }
      }
    }
  }
}

extension OneDNN.Layout {
  /// The layout for which this processor has fast kernels in both directions. Left to itself
  /// (`any`), oneDNN may choose one for the forward pass that it has none for backward.
  fileprivate static func trained() throws(OneDNNError) -> OneDNN.Layout {
    for layout in [OneDNN.Layout.channelBlocks, .channelBlocks8] {
      let values = try OneDNN.MemoryDescriptor([1, 64, 8, 8], .float32, layout)
      let descriptor = try OneDNN.PrimitiveDescriptor(
        convolution: values, weights: .init([64, 64, 1, 1], .float32, .any),
        bias: .init([64], .float32, .dense), destination: values, window: .init(kernel: 1),
        pass: .training)
      if descriptor.implementation.hasPrefix("jit") { return layout }
    }
    return .any
  }
}
