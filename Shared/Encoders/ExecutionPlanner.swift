internal import Compute
internal import Tensor

/// Turns a ``Network`` into an ``ExecutionPlan``: asks oneDNN for each layer's implementation and
/// layouts, puts reorders where two layers disagree, and decides where activations lie.
struct ExecutionPlanner {
  private let network: Network
  private let weights: PackedWeights
  private let stream: OneDNN.Stream
  /// N, C, H, W of each value.
  private let extents: [[Int]]
  private let lastUses: [Int]
  /// The layout of activations.
  private var layout = OneDNN.Layout.any

  private var slots: [PlanBuilder.Slot] = []
  private var builder = PlanBuilder()

  /// - Parameter extents: of the images, N, C, H, W.
  /// - Throws: ``OneDNNError`` where oneDNN has no implementation for a layer.
  static func plan(
    _ network: Network, extents: [Int], weights: PackedWeights, stream: OneDNN.Stream
  ) throws(OneDNNError) -> ExecutionPlan {
    var planner = ExecutionPlanner(
      network: network, weights: weights, stream: stream,
      extents: network.extents(ofImages: extents), lastUses: network.lastUses)
    return try planner.plan()
  }

  private init(
    network: Network, weights: PackedWeights, stream: OneDNN.Stream, extents: [[Int]],
    lastUses: [Int]
  ) {
    self.network = network
    self.weights = weights
    self.stream = stream
    self.extents = extents
    self.lastUses = lastUses
  }

  private mutating func plan() throws(OneDNNError) -> ExecutionPlan {
    let image = try OneDNN.Memory(unbound: .init(extents[Network.image], .float32, .dense))
    slots.append(PlanBuilder.Slot(image))
    // Winograd's kernels want blocks of channels; where they are used, all layers follow them.
    let winograd = network.convolutions.first { suitsWinograd($1, layer: $0) }
    if let (layer, convolution) = winograd,
      try winogradDescriptor(
        of: convolution, layer: layer, .init(extents[layer + 1], .float32, .any)) != nil
    {
      layout = .channelBlocks
    }
    for (index, layer) in network.layers.enumerated() {
      switch layer.operation {
      case .maxPooling: slots.append(try appendMaxPooling(index))
      case .convolution(let convolution): slots.append(try append(convolution, layer: index))
      case .preactivation(let name): slots.append(try appendPreactivation(name, layer: index))
      }
    }
    let features = slots[network.output]
    // The features are read after the last step.
    builder.use(features)
    return try ExecutionPlan(
      image: image, features: features.memory, steps: builder.steps,
      placement: builder.placement())
  }
}

// MARK: Layers

extension ExecutionPlanner {
  private mutating func appendMaxPooling(_ layer: Int) throws(OneDNNError) -> PlanBuilder.Slot {
    let input = slots[network.layers[layer].input]
    let descriptor = try OneDNN.PrimitiveDescriptor(
      maxPooling: input.memory.descriptor,
      destination: .init(extents[layer + 1], .float32, .any),
      window: network.layers[layer].operation.window)
    let output = try builder.block(descriptor.descriptor(of: .destination))
    try builder.append(descriptor, [.source: input, .destination: output])
    return output
  }

  private mutating func appendPreactivation(
    _ name: String, layer: Int
  ) throws(OneDNNError) -> PlanBuilder.Slot {
    let input = slots[network.layers[layer].input]
    let descriptor = try OneDNN.PrimitiveDescriptor(preactivation: input.memory.descriptor)
    let output = try builder.block(input.memory.descriptor)
    let constants = try weights.preactivation(name).merging(
      .neutralStatistics(channels: extents[layer + 1][1])
    ) { $1 }
    try builder.append(
      descriptor,
      constants.mapValues { PlanBuilder.Slot($0) }.merging(
        [.source: input, .destination: output]) { $1 })
    return output
  }

  private mutating func append(
    _ convolution: Network.Convolution, layer: Int
  ) throws(OneDNNError) -> PlanBuilder.Slot {
    // A residual is added where it lies: it is the destination, and must not be needed later.
    let residual = convolution.residual.map { value in
      precondition(value != Network.image && lastUses[value] == layer, "\(convolution.name)")
      return slots[value]
    }
    let destination: OneDNN.MemoryDescriptor
    if let residual {
      destination = residual.memory.descriptor
    } else {
      destination = try .init(extents[layer + 1], .float32, layout)
    }
    let descriptor: OneDNN.PrimitiveDescriptor
    if layout == .channelBlocks, suitsWinograd(convolution, layer: layer),
      let winograd = try winogradDescriptor(of: convolution, layer: layer, destination)
    {
      descriptor = winograd
    } else {
      descriptor = try self.descriptor(of: convolution, layer: layer, destination)
    }
    let packed = try weights.entry(
      for: convolution, layer: layer, layout: descriptor.descriptor(of: .weights), stream: stream)
    let source = try builder.reordered(
      slots[network.layers[layer].input], to: descriptor.descriptor(of: .source))
    let output: PlanBuilder.Slot
    if let residual {
      output = residual
    } else {
      output = try builder.block(descriptor.descriptor(of: .destination))
    }
    try builder.append(
      descriptor,
      [
        .source: source, .destination: output, .weights: .init(packed.weights),
        .bias: .init(packed.bias),
      ])
    return output
  }

  /// Whether Winograd's algorithm makes a convolution faster.
  ///
  /// It does if the kernel is 3×3 with stride 1 and the output at least 4×4 tiles of 4×4 cells.
  /// With fewer tiles, reading the transformed weights, four times as large, takes longer than the
  /// multiplications that they save. The choice looks at neither the batch size nor a clock, so an
  /// image's features are the same whichever process encodes it together with whatever others.
  private func suitsWinograd(_ convolution: Network.Convolution, layer: Int) -> Bool {
    let output = extents[layer + 1]
    let tiles = ((output[2] + 3) / 4) * ((output[3] + 3) / 4)
    return convolution.kernel == 3 && convolution.stride == 1 && convolution.groups == 1
      && tiles >= 16
  }

  /// Nil where oneDNN has no Winograd kernel, as on processors without AVX-512.
  private func winogradDescriptor(
    of convolution: Network.Convolution, layer: Int, _ destination: OneDNN.MemoryDescriptor
  ) throws(OneDNNError) -> OneDNN.PrimitiveDescriptor? {
    do {
      return try descriptor(of: convolution, layer: layer, destination, .winograd)
    } catch {
      guard error.code == .unimplemented else { throw error }
      return nil
    }
  }

  private func descriptor(
    of convolution: Network.Convolution, layer: Int, _ destination: OneDNN.MemoryDescriptor,
    _ algorithm: OneDNN.ConvolutionAlgorithm = .direct
  ) throws(OneDNNError) -> OneDNN.PrimitiveDescriptor {
    let input = network.layers[layer].input
    return try OneDNN.PrimitiveDescriptor(
      // The image's three channels fill no block.
      convolution: .init(extents[input], .float32, input == Network.image ? .any : layout),
      weights: .init(convolution.oneDNNWeightExtents, .float32, .any),
      bias: .init([convolution.outputChannels], .float32, .dense), destination: destination,
      window: network.layers[layer].operation.window, algorithm: algorithm,
      postOperations: convolution.postOperations)
  }
}

extension Network.Convolution {
  fileprivate var postOperations: [OneDNN.PostOperation] {
    let activation: [OneDNN.PostOperation] =
      switch self.activation {
      case nil: []
      case .relu: [.relu]
      case .relu6: [.clippedReLU(limit: 6)]
      }
    return (residual == nil ? [] : [.sum]) + activation
  }
}
