internal import Compute
internal import Tensor

/// A network made ready for one batch size and image size: primitives, their arguments, and where
/// the activations lie in a buffer that they share.
final class ExecutionPlan {
  /// Images [N, 3, H, W], as callers hand them over.
  let image: OneDNN.Memory
  /// The extents N, C, h, w of what the last layer yields.
  let featureExtents: [Int]
  /// What the last layer yields, in the layout that suits oneDNN.
  let features: OneDNN.Memory
  /// Bytes of activations and scratch memory.
  var byteCount: Int { placement.byteCount }

  /// Copies of what the last layer yields, as callers want them.
  private let exports: [OneDNN.Layout: (memory: OneDNN.Memory, reorder: OneDNN.Reorder)]
  private let steps: [PlanBuilder.Step]
  /// Where each value lies after how many steps; a value's memory may be used again afterwards.
  private let values: [(stepCount: Int, memory: OneDNN.Memory)]
  private let placement: PlanBuilder.Placement
  private var arena: AlignedBuffer?

  init(
    image: OneDNN.Memory, features: OneDNN.Memory, steps: [PlanBuilder.Step],
    values: [(stepCount: Int, memory: OneDNN.Memory)], placement: PlanBuilder.Placement
  ) throws(OneDNNError) {
    self.image = image
    self.features = features
    self.featureExtents = features.descriptor.extents
    var exports: [OneDNN.Layout: (OneDNN.Memory, OneDNN.Reorder)] = [:]
    for layout in [OneDNN.Layout.dense, .channelsLast] {
      let memory = try OneDNN.Memory(unbound: .init(featureExtents, .float32, layout))
      exports[layout] = (memory, try OneDNN.Reorder(from: features, to: memory))
    }
    self.exports = exports
    self.steps = steps
    self.values = values
    self.placement = placement
  }

  /// Lets the activations live in `arena`, which has at least ``byteCount`` bytes.
  func bind(to arena: AlignedBuffer) throws(OneDNNError) {
    if self.arena === arena { return }
    try placement.bind(to: arena)
    self.arena = arena
  }

  /// Encodes images, leaving ``features``.
  ///
  /// - Parameter images: of which the plan's number of images is taken from `first` on.
  func run(
    _ images: Tensor, from first: Int = 0, on stream: OneDNN.Stream
  ) throws(OneDNNError) {
    let imageElements = images.shape.elementCount / images.shape[0]
    try image.withElements(of: images, from: first * imageElements) { () throws(OneDNNError) in
      for step in steps { try step.run(on: stream) }
      try stream.wait()
    }
  }

  /// Encodes images, showing every value as soon as it is there.
  ///
  /// - Parameters:
  ///   - images: of which the plan's number of images is taken from `first` on.
  ///   - body: gets the value and the argument that it lies in for the moment.
  func run(
    _ images: Tensor, from first: Int, on stream: OneDNN.Stream,
    observing body: (Network.Value, OneDNN.Memory) throws(OneDNNError) -> Void
  ) throws(OneDNNError) {
    let imageElements = images.shape.elementCount / images.shape[0]
    try image.withElements(of: images, from: first * imageElements) { () throws(OneDNNError) in
      var done = 0
      for (value, place) in values.enumerated() {
        while done < place.stepCount {
          try steps[done].run(on: stream)
          done += 1
        }
        try stream.wait()
        try body(value, place.memory)
      }
    }
  }

  /// Encodes images.
  ///
  /// - Parameters:
  ///   - images: of which the plan's number of images is taken from `first` on.
  ///   - features: gets [N, C, h, w] from the element `start` on; in memory the last axis varies
  ///     fastest for the layout `dense`, the channels for `channelsLast`.
  func run(
    _ images: Tensor, from first: Int, to features: inout MutableSpan<Float>, at start: Int,
    _ layout: OneDNN.Layout, on stream: OneDNN.Stream
  ) throws(OneDNNError) {
    try run(images, from: first, on: stream)
    guard let (memory, reorder) = exports[layout] else { preconditionFailure("\(layout)") }
    try memory.withElements(of: &features, from: start) { () throws(OneDNNError) in
      try reorder.run(on: stream)
    }
  }
}
