internal import Compute
internal import Tensor

/// Turns a ``Network`` into an ``ExecutionPlan``: asks oneDNN for each layer's implementation and
/// layouts, puts reorders where two layers disagree, and decides where activations lie.
struct ExecutionPlanner {
  /// An activation or scratch memory: which block of the memory plan it lies in.
  private struct Slot {
    var memory: OneDNN.Memory
    var block: Int?
  }

  private let network: Network
  private let weights: PackedWeights
  private let stream: OneDNN.Stream
  private let lastUses: [Int]

  private var slots: [Slot] = []
  private var steps: [OneDNN.Invocation] = []
  private var blocks: [MemoryPlan.Block] = []
  private var placed: [(memory: OneDNN.Memory, block: Int)] = []

  private init(_ network: Network, _ weights: PackedWeights, _ stream: OneDNN.Stream) {
    self.network = network
    self.weights = weights
    self.stream = stream
    self.lastUses = network.lastUses
  }

  /// - Parameters:
  ///   - extents: of the images, N, C, H, W.
  /// - Throws: ``OneDNNError`` where oneDNN has no implementation for a layer.
  static func plan(
    _ network: Network, extents: [Int], weights: PackedWeights, stream: OneDNN.Stream
  ) throws(OneDNNError) -> ExecutionPlan {
    var planner = ExecutionPlanner(network, weights, stream)
    let image = try OneDNN.Memory(unbound: .init(extents, .float32, .dense))
    planner.slots.append(Slot(memory: image, block: nil))
    for layer in network.layers.indices { try planner.append(layer) }
    let features = planner.slots[network.output]
    // The features are read after the last step.
    planner.use(features, at: planner.steps.count)
    let plan = MemoryPlan(planner.blocks, alignment: AlignedBuffer.alignment)
    return ExecutionPlan(
      image: image, features: features.memory, steps: planner.steps,
      activations: planner.placed.map { ($0.memory, plan.offsets[$0.block]) },
      byteCount: plan.byteCount)
  }

  private mutating func append(_ index: Int) throws(OneDNNError) {
    let layer = network.layers[index]
    let input = slots[layer.input]
    let extents = input.memory.descriptor.extents
    switch layer.operation {
    case .maxPooling(let kernel, let stride, let padding):
      let window = OneDNN.Window(kernel, stride, padding, height: extents[2], width: extents[3])
      let descriptor = try OneDNN.PrimitiveDescriptor(
        maxPooling: input.memory.descriptor,
        destination: .init(window.extents(of: extents, channels: extents[1]), .float32, .any),
        window: window)
      let output = try block(descriptor.descriptor(of: .destination))
      try append(descriptor, [.source: input, .destination: output])
      slots.append(output)
    case .convolution(let convolution):
      slots.append(try append(convolution, layer: index, input: input, extents: extents))
    }
  }

  private mutating func append(
    _ convolution: Network.Convolution, layer: Int, input: Slot, extents: [Int]
  ) throws(OneDNNError) -> Slot {
    let window = OneDNN.Window(
      convolution.kernel, convolution.stride, convolution.padding, height: extents[2],
      width: extents[3])
    // A residual is added where it lies: it is the destination, and must not be needed later.
    let residual = convolution.residual.map { value in
      precondition(value != Network.image && lastUses[value] == layer, "\(convolution.name)")
      return slots[value]
    }
    let destination =
      if let residual { residual.memory.descriptor } else {
        try OneDNN.MemoryDescriptor(
          window.extents(of: extents, channels: convolution.outputChannels), .float32, .any)
      }
    let descriptor = try OneDNN.PrimitiveDescriptor(
      convolution: .init(extents, .float32, .any),
      weights: .init(convolution.oneDNNWeightExtents, .float32, .any),
      bias: .init([convolution.outputChannels], .float32, .dense), destination: destination,
      window: window, postOperations: convolution.postOperations)
    let packed = try weights.entry(
      for: convolution, layer: layer, layout: descriptor.descriptor(of: .weights), stream: stream)
    let source = try reordered(input, to: descriptor.descriptor(of: .source))
    let output: Slot
    if let residual {
      output = Slot(memory: residual.memory, block: residual.block)
    } else {
      output = try block(descriptor.descriptor(of: .destination))
    }
    try append(
      descriptor,
      [
        .source: source, .destination: output, .weights: Slot(memory: packed.weights),
        .bias: Slot(memory: packed.bias),
      ])
    return output
  }

  /// The slot itself, or a copy in the wanted layout.
  private mutating func reordered(
    _ slot: Slot, to wanted: OneDNN.MemoryDescriptor
  ) throws(OneDNNError) -> Slot {
    if slot.memory.descriptor == wanted { return slot }
    let copy = try block(wanted)
    let descriptor = try OneDNN.PrimitiveDescriptor(reorder: slot.memory.descriptor, to: wanted)
    try append(descriptor, [.source: slot, .destination: copy])
    return copy
  }

  /// A new activation.
  private mutating func block(_ descriptor: OneDNN.MemoryDescriptor) throws(OneDNNError) -> Slot {
    let memory = try OneDNN.Memory(unbound: descriptor)
    blocks.append(.init(byteCount: descriptor.byteCount, lifetime: steps.count...steps.count))
    placed.append((memory, blocks.count - 1))
    return Slot(memory: memory, block: blocks.count - 1)
  }

  /// A step that runs after all others.
  private mutating func append(
    _ descriptor: OneDNN.PrimitiveDescriptor, _ arguments: [OneDNN.Role: Slot]
  ) throws(OneDNNError) {
    var arguments = arguments
    arguments[.scratch] = try block(descriptor.descriptor(of: .scratch))
    for slot in arguments.values { use(slot, at: steps.count) }
    steps.append(
      OneDNN.Invocation(try OneDNN.Primitive(descriptor), arguments.mapValues(\.memory)))
  }

  private mutating func use(_ slot: Slot, at step: Int) {
    guard let block = slot.block else { return }
    blocks[block].lifetime = blocks[block].lifetime.lowerBound...step
  }
}

extension OneDNN.Window {
  fileprivate init(
    _ kernel: Int, _ stride: Int, _ padding: Network.Padding, height: Int, width: Int
  ) {
    let (top, bottom) = padding.amounts(extent: height, kernel: kernel, stride: stride)
    let (left, right) = padding.amounts(extent: width, kernel: kernel, stride: stride)
    self.init(
      kernel: kernel, stride: stride, top: top, left: left, bottom: bottom, right: right)
  }

  /// N, C, H, W of what the window yields.
  fileprivate func extents(of input: [Int], channels: Int) -> [Int] {
    [input[0], channels, outputHeight(of: input[2]), outputWidth(of: input[3])]
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

extension Network {
  /// For each value the last layer that uses it; -1 where none does.
  var lastUses: [Int] {
    var uses = [Int](repeating: -1, count: layers.count + 1)
    for (index, layer) in layers.enumerated() {
      uses[layer.input] = index
      if case .convolution(let convolution) = layer.operation, let value = convolution.residual {
        uses[value] = index
      }
    }
    return uses
  }
}
