internal import Compute
internal import Tensor

/// The weights of each convolution, folded and in the layout that its primitive wants; shared by
/// all batch sizes whose primitives agree on the layout.
final class PackedWeights {
  struct Entry {
    let weights: OneDNN.Memory
    let bias: OneDNN.Memory
  }

  private let source: NetworkWeights
  private var entries: [Int: [Entry]] = [:]
  private var bytesRead = 0
  /// Where weights are folded: one buffer for all layers, since allocating and freeing large ones
  /// in turn with those that stay leaves holes.
  private var folding = AlignedBuffer(byteCount: 0)

  /// What 1 is worth in each value of a quantized network, see ``NetworkWeights/steps``.
  let steps: [Float]?

  init(_ source: NetworkWeights) {
    self.source = source
    self.steps = source.steps
  }

  /// What 1 is worth in each output channel of a quantized convolution's weights, as they are
  /// packed; nil where they are real numbers.
  ///
  /// - Parameter isSigned: whether the convolution's source is.
  func steps(of convolution: Network.Convolution, isSigned: Bool) -> [Float]? {
    guard let (_, steps, _) = source.quantizedConvolution(convolution) else { return nil }
    return steps.map { $0 / Self.factor(isSigned: isSigned) }
  }

  /// What integer weights are multiplied by when they are packed. A processor that sums pairs of
  /// products in 16 bits needs them to be half as large, 255 · 64 · 2 being less than 2¹⁵. For signed
  /// sources oneDNN sees to it itself.
  private static func factor(isSigned: Bool) -> Float {
    isSigned || OneDNN.Processor.multipliesInt8 ? 1 : 0.5
  }

  /// A convolution's weights, reordered to `layout` if no one asked before.
  func entry(
    for product: ExecutionPlanner.Product, layout: OneDNN.MemoryDescriptor, stream: OneDNN.Stream
  ) throws(OneDNNError) -> Entry {
    if let entry = entries[product.layer]?.first(where: { $0.weights.descriptor == layout }) {
      return entry
    }
    let entry =
      product.weightSteps == nil
      ? try realEntry(for: product.convolution, layout: layout, stream: stream)
      : try integerEntry(
        for: product.convolution, layout: layout, source: product.source, stream: stream)
    entries[product.layer, default: []].append(entry)
    return entry
  }

  private func realEntry(
    for convolution: Network.Convolution, layout: OneDNN.MemoryDescriptor, stream: OneDNN.Stream
  ) throws(OneDNNError) -> Entry {
    let (weights, scales, folded) = source.convolution(convolution)
    let bias = try OneDNN.Memory(.init([convolution.outputChannels], .float32, .dense))
    let entry = Entry(weights: try OneDNN.Memory(layout), bias: bias)
    if weights.bytes.byteCount > folding.byteCount {
      folding = AlignedBuffer(byteCount: weights.bytes.byteCount)
    }
    try copy(
      weights, convolution.weightExtents, scales: scales,
      to: try foldingMemory(convolution.weightExtents), stream)
    try OneDNN.Reorder(
      from: try foldingMemory(convolution.oneDNNWeightExtents), to: entry.weights
    ).run(on: stream)
    try copy(folded, [convolution.outputChannels], scales: nil, to: entry.bias, stream)
    release(weights)
    return entry
  }

  /// - Parameter format: what the convolution's source is written as; the bias is in the same steps
  ///   as the products.
  private func integerEntry(
    for convolution: Network.Convolution, layout: OneDNN.MemoryDescriptor,
    source format: NumberFormat, stream: OneDNN.Stream
  ) throws(OneDNNError) -> Entry {
    guard let (weights, steps, bias) = source.quantizedConvolution(convolution) else {
      preconditionFailure("\(convolution.name) is not quantized")
    }
    let factor = Self.factor(isSigned: format.type == .int8)
    let entry = Entry(
      weights: try OneDNN.Memory(layout),
      bias: try .vector(zip(bias, steps).map { $0 * factor / ($1 * format.step) }))
    let dense = try OneDNN.Memory(unbound: .init(convolution.oneDNNWeightExtents, .int8, .dense))
    let reorder = try OneDNN.Reorder(
      from: dense, to: entry.weights, scales: factor == 1 ? nil : [factor])
    try dense.withElements(of: weights) { () throws(OneDNNError) in try reorder.run(on: stream) }
    release(weights)
    return entry
  }

  /// Gives the file's memory back from time to time.
  private func release(_ weights: Tensor) {
    bytesRead += weights.bytes.byteCount
    if bytesRead > NetworkWeights.residentBytes {
      source.releasePages()
      bytesRead = 0
    }
  }

  /// A preactivation's scale and shift.
  func preactivation(_ name: String) -> (scale: [Float], shift: [Float]) {
    let (scale, shift) = source.preactivation(name)
    return (scale.array(of: Float.self), shift.array(of: Float.self))
  }

  private func foldingMemory(_ extents: [Int]) throws(OneDNNError) -> OneDNN.Memory {
    let memory = try OneDNN.Memory(unbound: .init(extents, .float32, .dense))
    try memory.bind(to: folding)
    return memory
  }

  private func copy(
    _ tensor: Tensor, _ extents: [Int], scales: [Float]?, to target: OneDNN.Memory,
    _ stream: OneDNN.Stream
  ) throws(OneDNNError) {
    let source = try OneDNN.Memory(unbound: .init(extents, .float32, .dense))
    let reorder = try OneDNN.Reorder(from: source, to: target, scales: scales)
    try source.withElements(of: tensor) { () throws(OneDNNError) in try reorder.run(on: stream) }
  }
}

extension Network.Convolution {
  /// The weights' extents as oneDNN wants them: groups come first where there are several.
  var oneDNNWeightExtents: [Int] {
    groups == 1
      ? weightExtents : [groups, outputChannels / groups, inputChannels / groups, kernel, kernel]
  }
}

extension OneDNN.Memory {
  /// An argument [C] with the given elements.
  static func vector(_ elements: [Float]) throws(OneDNNError) -> OneDNN.Memory {
    try vector(Matrix(1, elements.count, elements))
  }

  /// An argument [C] that lies in a matrix of one row.
  static func vector(_ matrix: Matrix<Float>) throws(OneDNNError) -> OneDNN.Memory {
    let memory = try OneDNN.Memory(unbound: .init([matrix.columns], .float32, .dense))
    try memory.bind(to: matrix)
    return memory
  }
}

extension [OneDNN.Role: OneDNN.Memory] {
  /// The statistics that make a batch norm a mere scaling and shifting of channels.
  static func neutralStatistics(channels: Int) throws(OneDNNError) -> Self {
    [
      .mean: try .vector([Float](repeating: 0, count: channels)),
      .variance: try .vector([Float](repeating: 1, count: channels)),
    ]
  }
}
