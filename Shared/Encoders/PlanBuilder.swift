internal import Compute
internal import Tensor

/// The steps of a plan and the memory between them, while they are being decided.
struct PlanBuilder {
  /// An argument, and the block of the memory plan that it lies in, if it lies in one.
  struct Slot {
    var memory: OneDNN.Memory
    fileprivate var block: Int?

    /// An argument with memory of its own.
    init(_ memory: OneDNN.Memory) { self.memory = memory }
  }

  /// Something to be calculated.
  enum Step {
    case primitive(OneDNN.Invocation)
    case depthwiseGradient(OneDNN.DepthwiseGradient)
    case quantizedPreactivation(OneDNN.QuantizedPreactivation)

    func run(on stream: OneDNN.Stream) throws(OneDNNError) {
      switch self {
      case .primitive(let invocation): try invocation.run(on: stream)
      case .depthwiseGradient(let calculation):
        try stream.wait()
        try calculation.run()
      case .quantizedPreactivation(let calculation):
        try stream.wait()
        try calculation.run()
      }
    }
  }

  private(set) var steps: [Step] = []
  private var blocks: [MemoryPlan.Block] = []
  private var placed: [(memory: OneDNN.Memory, block: Int)] = []

  /// A new block.
  mutating func block(_ descriptor: OneDNN.MemoryDescriptor) throws(OneDNNError) -> Slot {
    let memory = try OneDNN.Memory(unbound: descriptor)
    blocks.append(.init(byteCount: descriptor.byteCount, lifetime: steps.count...steps.count))
    placed.append((memory, blocks.count - 1))
    var slot = Slot(memory)
    slot.block = blocks.count - 1
    return slot
  }

  /// The same bytes as another argument.
  mutating func alias(
    _ slot: Slot, as descriptor: OneDNN.MemoryDescriptor
  ) throws(OneDNNError) -> Slot {
    guard let block = slot.block else { preconditionFailure("only blocks have other names") }
    precondition(descriptor.byteCount == slot.memory.descriptor.byteCount)
    var alias = Slot(try OneDNN.Memory(unbound: descriptor))
    placed.append((alias.memory, block))
    alias.block = block
    return alias
  }

  /// A step that runs after all others.
  mutating func append(
    _ descriptor: OneDNN.PrimitiveDescriptor, _ arguments: [OneDNN.Role: Slot]
  ) throws(OneDNNError) {
    var arguments = arguments
    arguments[.scratch] = try block(descriptor.descriptor(of: .scratch))
    for slot in arguments.values { use(slot) }
    steps.append(
      .primitive(
        OneDNN.Invocation(try OneDNN.Primitive(descriptor), arguments.mapValues(\.memory))))
  }

  /// A depthwise convolution's gradients, as a step that runs after all others; false where there
  /// is no fast code for it.
  mutating func appendDepthwiseGradient(
    source: Slot, gradient: Slot, window: OneDNN.Window, weights: Matrix<Float>, bias: Matrix<Float>
  ) -> Bool {
    guard
      let calculation = OneDNN.DepthwiseGradient(
        source: source.memory, gradient: gradient.memory, window: window, weights: weights,
        bias: bias)
    else { return false }
    use(source)
    use(gradient)
    steps.append(.depthwiseGradient(calculation))
    return true
  }

  /// The preactivation of a quantized network, as a step that runs after all others.
  mutating func append(
    _ calculation: OneDNN.QuantizedPreactivation, source: Slot, destination: Slot
  ) {
    use(source)
    use(destination)
    steps.append(.quantizedPreactivation(calculation))
  }

  /// The slot itself, or a copy in the wanted layout and element type.
  ///
  /// - Parameter factor: multiplies the elements.
  mutating func reordered(
    _ slot: Slot, to wanted: OneDNN.MemoryDescriptor, factor: Float = 1
  ) throws(OneDNNError) -> Slot {
    if slot.memory.descriptor == wanted, factor == 1 { return slot }
    let copy = try block(wanted)
    try reorder(slot, to: copy, factor: factor)
    return copy
  }

  /// A step that copies an argument into another layout or element type.
  mutating func reorder(
    _ source: Slot, to destination: Slot, factor: Float = 1
  ) throws(OneDNNError) {
    let descriptor = try OneDNN.PrimitiveDescriptor(
      reorder: source.memory.descriptor, to: destination.memory.descriptor,
      scales: factor == 1 ? nil : [factor])
    try append(descriptor, [.source: source, .destination: destination])
  }

  /// Keeps a slot until the step that comes next.
  mutating func use(_ slot: Slot) {
    guard let block = slot.block else { return }
    blocks[block].lifetime = blocks[block].lifetime.lowerBound...steps.count
  }

  /// Decides where the blocks lie in the buffer that they share.
  func placement() -> Placement {
    let plan = MemoryPlan(blocks, alignment: AlignedBuffer.alignment)
    return Placement(
      places: placed.map { ($0.memory, plan.offsets[$0.block]) }, byteCount: plan.byteCount)
  }

  /// Where blocks lie in a buffer.
  struct Placement {
    fileprivate let places: [(memory: OneDNN.Memory, offset: Int)]
    /// The bytes that the buffer needs.
    let byteCount: Int

    /// Lets the blocks live in `arena`.
    func bind(to arena: AlignedBuffer) throws(OneDNNError) {
      for (memory, offset) in places { try memory.bind(to: arena, at: offset) }
    }
  }
}
