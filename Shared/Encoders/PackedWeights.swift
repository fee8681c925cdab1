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

  init(_ source: NetworkWeights) { self.source = source }

  /// The weights of the convolution in `layer`, reordered to `layout` if no one asked before.
  func entry(
    for convolution: Network.Convolution, layer: Int, layout: OneDNN.MemoryDescriptor,
    stream: OneDNN.Stream
  ) throws(OneDNNError) -> Entry {
    if let entry = entries[layer]?.first(where: { $0.weights.descriptor == layout }) {
      return entry
    }
    let (weights, bias) = source.folded(convolution)
    let dense = try OneDNN.MemoryDescriptor(
      convolution.oneDNNWeightExtents, .float32, .dense)
    let entry = Entry(
      weights: try OneDNN.Memory(layout),
      bias: try OneDNN.Memory(.init([convolution.outputChannels], .float32, .dense)))
    try Self.copy(weights, as: dense, to: entry.weights, stream)
    try Self.copy(bias, as: entry.bias.descriptor, to: entry.bias, stream)
    entries[layer, default: []].append(entry)

    bytesRead += weights.bytes.byteCount
    if bytesRead > Self.residentBytes {
      source.releasePages()
      bytesRead = 0
    }
    return entry
  }

  /// How much of the weight file may stay in memory while it is read.
  private static let residentBytes = 8 << 20

  private static func copy(
    _ tensor: Tensor, as layout: OneDNN.MemoryDescriptor, to target: OneDNN.Memory,
    _ stream: OneDNN.Stream
  ) throws(OneDNNError) {
    let source = try OneDNN.Memory(unbound: layout)
    let descriptor = try OneDNN.PrimitiveDescriptor(reorder: layout, to: target.descriptor)
    let scratch = try OneDNN.Memory(descriptor.descriptor(of: .scratch))
    let reorder = OneDNN.Invocation(
      try OneDNN.Primitive(descriptor),
      [.source: source, .destination: target, .scratch: scratch])
    try source.withElements(of: tensor) { () throws(OneDNNError) in
      try reorder.run(on: stream)
      try stream.wait()
    }
  }
}

extension Network.Convolution {
  /// The weights' extents as oneDNN wants them: groups come first where there are several.
  var oneDNNWeightExtents: [Int] {
    groups == 1
      ? weightExtents : [groups, outputChannels / groups, inputChannels / groups, kernel, kernel]
  }
}
