internal import Compute
internal import Tensor

/// Turns the last layers of a ``Network`` into a ``TrainingPlan``.
///
/// Parameters and their gradients lie in matrices that others read and write; the steps copy them
/// to and from the layouts that oneDNN's primitives want.
struct TrainingPlanner {
  let network: Network
  let firstLayer: Int
  let parameters: ParameterSet<Float>
  let gradients: ParameterSet<Float>
  /// N, C, H, W of each value.
  let extents: [[Int]]
  /// The layout of activations.
  let layout: OneDNN.Layout

  var builder = PlanBuilder()
  /// What layers yield, by value.
  var values: [Network.Value: PlanBuilder.Slot] = [:]
  /// The gradient by each value, as far as it is known.
  var valueGradients: [Network.Value: PlanBuilder.Slot] = [:]
  /// The forward primitives, by layer.
  var forwards: [Int: OneDNN.PrimitiveDescriptor] = [:]
  /// What forward primitives leave for the backward ones, by layer.
  var workspaces: [Int: PlanBuilder.Slot] = [:]

  /// - Parameters:
  ///   - extents: of the images, N, C, H, W.
  ///   - firstLayer: the first layer that learns.
  init(
    _ network: Network, from firstLayer: Int, extents: [Int], layout: OneDNN.Layout,
    parameters: ParameterSet<Float>, gradients: ParameterSet<Float>
  ) {
    self.network = network
    self.firstLayer = firstLayer
    self.extents = network.extents(ofImages: extents)
    self.layout = layout
    self.parameters = parameters
    self.gradients = gradients
  }

  /// - Parameter input: the descriptor of what the layers that do not learn yield.
  mutating func plan(input: OneDNN.MemoryDescriptor) throws(OneDNNError) -> TrainingPlan {
    let input = try builder.block(
      layout == .any ? input : .init(extents[firstLayer], .float32, layout))
    values[firstLayer] = input
    for layer in network.layers.indices[firstLayer...] {
      values[layer + 1] = try appendForward(layer)
    }
    let features = values[network.output]!
    builder.use(features)
    let forwardCount = builder.steps.count
    let gradient = try builder.block(features.memory.descriptor)
    valueGradients[network.output] = gradient
    for layer in network.layers.indices[firstLayer...].reversed() { try appendBackward(layer) }
    return try TrainingPlan(
      input: input.memory, features: features.memory, gradient: gradient.memory, builder: builder,
      forwardCount: forwardCount)
  }
}

// MARK: Forward

extension TrainingPlanner {
  private mutating func appendForward(_ layer: Int) throws(OneDNNError) -> PlanBuilder.Slot {
    switch network.layers[layer].operation {
    case .maxPooling: preconditionFailure("pooling does not learn")
    case .convolution(let convolution): try appendForward(convolution, layer: layer)
    case .preactivation(let name): try appendForward(preactivation: name, layer: layer)
    }
  }

  private mutating func appendForward(
    _ convolution: Network.Convolution, layer: Int
  ) throws(OneDNNError) -> PlanBuilder.Slot {
    let input = network.layers[layer].input
    let residual = convolution.residual.map { values[$0]! }
    var destination = try OneDNN.MemoryDescriptor(extents[layer + 1], .float32, layout)
    var postOperations: [OneDNN.PostOperation] = []
    if let residual {
      destination = residual.memory.descriptor
      postOperations.append(.add(destination))
    }
    switch convolution.activation {
    case nil: break
    case .relu: postOperations.append(.relu)
    case .relu6: postOperations.append(.clippedReLU(limit: 6))
    }
    let descriptor = try OneDNN.PrimitiveDescriptor(
      convolution: .init(extents[input], .float32, layout),
      weights: .init(convolution.oneDNNWeightExtents, .float32, .any),
      bias: .init([convolution.outputChannels], .float32, .dense), destination: destination,
      window: network.layers[layer].operation.window, postOperations: postOperations,
      pass: .training)
    forwards[layer] = descriptor
    let output = try builder.block(descriptor.descriptor(of: .destination))
    var arguments: [OneDNN.Role: PlanBuilder.Slot] = [
      .source: try builder.reordered(
        values[input]!, to: descriptor.descriptor(of: .source)),
      .weights: try builder.reordered(
        try weights(convolution, in: parameters), to: descriptor.descriptor(of: .weights)),
      .bias: try bias(convolution, in: parameters),
      .destination: output,
    ]
    if let residual { arguments[.addedAfterwards] = residual }
    try builder.append(descriptor, arguments)
    return output
  }

  func weights(
    _ convolution: Network.Convolution, in set: ParameterSet<Float>
  ) throws(OneDNNError) -> PlanBuilder.Slot {
    let memory = try OneDNN.Memory(
      unbound: .init(convolution.oneDNNWeightExtents, .float32, .dense))
    try memory.bind(to: set[convolution.weightName])
    return PlanBuilder.Slot(memory)
  }

  func bias(
    _ convolution: Network.Convolution, in set: ParameterSet<Float>
  ) throws(OneDNNError) -> PlanBuilder.Slot {
    PlanBuilder.Slot(try .vector(set[convolution.biasName]))
  }
}
