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

  init(_ source: NetworkWeights) { self.source = source }

  /// The weights of the convolution in `layer`, reordered to `layout` if no one asked before.
  func entry(
    for convolution: Network.Convolution, layer: Int, layout: OneDNN.MemoryDescriptor,
    stream: OneDNN.Stream
  ) throws(OneDNNError) -> Entry {
    if let entry = entries[layer]?.first(where: { $0.weights.descriptor == layout }) {
      return entry
    }
    let (weights, scales, bias) = source.convolution(convolution)
    let entry = Entry(
      weights: try OneDNN.Memory(layout),
      bias: try OneDNN.Memory(.init([convolution.outputChannels], .float32, .dense)))
    if weights.bytes.byteCount > folding.byteCount {
      folding = AlignedBuffer(byteCount: weights.bytes.byteCount)
    }
    try copy(
      weights, convolution.weightExtents, scales: scales,
      to: try foldingMemory(convolution.weightExtents), stream)
    try OneDNN.Reorder(
      from: try foldingMemory(convolution.oneDNNWeightExtents), to: entry.weights
    ).run(on: stream)
    try copy(bias, [convolution.outputChannels], scales: nil, to: entry.bias, stream)
    entries[layer, default: []].append(entry)

    bytesRead += weights.bytes.byteCount
    if bytesRead > NetworkWeights.residentBytes {
      source.releasePages()
      bytesRead = 0
    }
    return entry
  }

  /// A preactivation's scale and shift.
  func preactivation(_ name: String) throws(OneDNNError) -> [OneDNN.Role: OneDNN.Memory] {
    let (scale, shift) = source.preactivation(name)
    return [
      .scale: try .vector(scale.array(of: Float.self)),
      .shift: try .vector(shift.array(of: Float.self)),
    ]
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
