internal import Compute
internal import Tensor

/// The layers of a network that learn, made ready for one batch size and image size: the steps
/// forward, which keep what the steps backward need.
final class TrainingPlan {
  /// The extents N, C, h, w of the features.
  let featureExtents: [Int]

  private let input: OneDNN.Memory
  private let forwardSteps: ArraySlice<PlanBuilder.Step>
  private let backwardSteps: ArraySlice<PlanBuilder.Step>
  /// The features, a row a cell, and the gradient by them; others' matrices and back.
  private let features: Exchange
  private let gradient: Exchange
  private let placement: PlanBuilder.Placement

  /// An argument and how it is copied from or to a matrix of cells × channels.
  struct Exchange {
    let cells: OneDNN.Memory
    let reorder: OneDNN.Reorder
  }

  /// Bytes of activations, gradients and scratch memory.
  var byteCount: Int { placement.byteCount }

  /// - Parameters:
  ///   - input: what the layers that do not learn yield.
  ///   - builder: with the steps of both passes.
  ///   - forwardCount: how many of the steps belong to the forward pass.
  init(
    input: OneDNN.Memory, features: OneDNN.Memory, gradient: OneDNN.Memory, builder: PlanBuilder,
    forwardCount: Int
  ) throws(OneDNNError) {
    self.input = input
    self.featureExtents = features.descriptor.extents
    forwardSteps = builder.steps[..<forwardCount]
    backwardSteps = builder.steps[forwardCount...]
    placement = builder.placement()
    let rows = try OneDNN.MemoryDescriptor(featureExtents, .float32, .channelsLast)
    let cells = (try OneDNN.Memory(unbound: rows), try OneDNN.Memory(unbound: rows))
    self.features = Exchange(
      cells: cells.0, reorder: try OneDNN.Reorder(from: features, to: cells.0))
    self.gradient = Exchange(
      cells: cells.1, reorder: try OneDNN.Reorder(from: cells.1, to: gradient))
    try placement.bind(to: AlignedBuffer(byteCount: placement.byteCount))
  }

  /// How the values that the frozen layers yield get here.
  func importing(_ frozen: OneDNN.Memory) throws(OneDNNError) -> OneDNN.Reorder {
    try OneDNN.Reorder(from: frozen, to: input)
  }

  /// Calculates the features.
  ///
  /// - Parameter cells: gets [N · h · w, C].
  func forward(into cells: Matrix<Float>, on stream: OneDNN.Stream) throws(OneDNNError) {
    for step in forwardSteps { try step.run(on: stream) }
    try stream.wait()
    try features.cells.bind(to: cells)
    try features.reorder.run(on: stream)
  }

  /// Calculates the gradient by the parameters, after ``forward(into:on:)``.
  ///
  /// - Parameter cells: the gradient by the features, [N · h · w, C].
  func backward(_ cells: Matrix<Float>, on stream: OneDNN.Stream) throws(OneDNNError) {
    try gradient.cells.bind(to: cells)
    try gradient.reorder.run(on: stream)
    for step in backwardSteps { try step.run(on: stream) }
    try stream.wait()
  }
}
