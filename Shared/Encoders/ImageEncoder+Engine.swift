internal import Compute
internal import Tensor

extension ImageEncoder {
  /// The state of an encoder. Touched on the encoder's compute thread only, which is what makes it
  /// safe to send.
  final class Engine: @unchecked Sendable {
    private let source: NetworkWeights
    private var weights: PackedWeights
    private var plans: [[Int]: ExecutionPlan] = [:]
    private var arena = AlignedBuffer(byteCount: 0)
    private var stream: OneDNN.Stream?

    init(weights: NetworkWeights) {
      self.source = weights
      self.weights = PackedWeights(weights)
    }

    /// float32 [N, C, h, w]
    func features(of images: Tensor) throws(EncoderError) -> Tensor {
      try reportingFailures { () throws(OneDNNError) in
        let (plan, stream) = try run(images)
        let extents = plan.features.descriptor.extents
        let layout = try OneDNN.MemoryDescriptor(extents, .float32, .dense)
        return try Tensor(Shape(extents), of: Float.self) { span throws(OneDNNError) in
          try Self.copy(plan.features, to: layout, &span, stream)
        }
      }
    }

    /// float16 [N, h·w, C]
    func cells(of images: Tensor) throws(EncoderError) -> Tensor {
      try reportingFailures { () throws(OneDNNError) in
        let (plan, stream) = try run(images)
        let extents = plan.features.descriptor.extents
        let layout = try OneDNN.MemoryDescriptor(extents, .float16, .channelsLast)
        let shape = Shape([extents[0], extents[2] * extents[3], extents[1]])
        return try Tensor(shape, of: Float16.self) { span throws(OneDNNError) in
          try Self.copy(plan.features, to: layout, &span, stream)
        }
      }
    }

    private func run(
      _ images: Tensor
    ) throws(OneDNNError) -> (ExecutionPlan, OneDNN.Stream) {
      let stream = if let stream { stream } else { try OneDNN.Stream() }
      self.stream = stream
      let extents = images.shape.dimensions
      let plan: ExecutionPlan
      if let known = plans[extents] {
        plan = known
      } else {
        plan = try ExecutionPlanner.plan(
          source.network, extents: extents, weights: weights, stream: stream)
        plans[extents] = plan
      }
      if plan.byteCount > arena.byteCount { arena = AlignedBuffer(byteCount: plan.byteCount) }
      try plan.bind(to: arena)
      try plan.run(images, on: stream)
      return (plan, stream)
    }

    private static func copy<Element: TensorElement>(
      _ source: OneDNN.Memory, to layout: OneDNN.MemoryDescriptor,
      _ span: inout MutableSpan<Element>, _ stream: OneDNN.Stream
    ) throws(OneDNNError) {
      let target = try OneDNN.Memory(unbound: layout)
      let descriptor = try OneDNN.PrimitiveDescriptor(reorder: source.descriptor, to: layout)
      let scratch = try OneDNN.Memory(descriptor.descriptor(of: .scratch))
      let reorder = OneDNN.Invocation(
        try OneDNN.Primitive(descriptor),
        [.source: source, .destination: target, .scratch: scratch])
      try target.withElements(of: &span) { () throws(OneDNNError) in
        try reorder.run(on: stream)
        try stream.wait()
      }
    }

    private func reportingFailures<R>(
      _ body: () throws(OneDNNError) -> R
    ) throws(EncoderError) -> R {
      do {
        return try body()
      } catch {
        throw EncoderError(code: .failed, error.description)
      }
    }
  }
}
