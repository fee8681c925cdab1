internal import CKernels
internal import Tensor

extension OneDNN {
  /// The weights of a ``WinogradConvolution``, transformed: 36 numbers for the nine of each pair of
  /// an input and an output channel.
  @safe
  public final class WinogradWeights {
    public let inputs: Int
    public let outputs: Int
    /// Channels that lie side by side in activations, 8 or 16.
    public let block: Int
    /// How activations and weights are written: float32 or bfloat16, which is calculated in float32.
    public let type: DataType

    let loops: CKernels_winograd_loops
    private let packed: AlignedBuffer

    /// - Parameters:
    ///   - weights: float32 [O, C, 3, 3] in memory's order.
    ///   - type: of activations, float32 or bfloat16.
    ///   - layout: of activations, in blocks of 8 or 16 channels.
    public init(_ weights: Memory, type: DataType, layout: Layout) throws(OneDNNError) {
      let extents = weights.descriptor.extents
      block = layout == .channelBlocks8 ? 8 : 16
      let dense = try MemoryDescriptor(extents, .float32, .dense)
      precondition(
        extents.count == 4 && Array(extents[2...]) == [3, 3]
          && weights.descriptor == dense
          && WinogradConvolution.suits(inputs: extents[1], outputs: extents[0], block: block)
          && [.float32, .bfloat16].contains(type), "\(extents)")
      (outputs, inputs) = (extents[0], extents[1])
      self.type = type
      let table = unsafe ck_kernels_winograd().pointee
      loops =
        switch (type, block) {
        case (.float32, 8): table.f32_block8
        case (.float32, _): table.f32_block16
        case (_, 8): table.bf16_block8
        default: table.bf16_block16
        }
      packed = AlignedBuffer(
        unsafeUninitializedByteCount: 36 * inputs * outputs * type.byteCount)
      let floats = try unsafe weights.floats()
      let loops = loops
      let packed = packed
      let panel = 2 * block
      let (inputs, bytes) = (inputs, 36 * inputs * panel * type.byteCount)
      OneDNN.forEachShard(of: outputs / panel) { panels in
        unsafe packed.withUnsafeMutableBytes { target in
          unsafe loops.pack(
            panels.count * panel, inputs, floats + panels.lowerBound * panel * inputs * 9,
            target.baseAddress! + panels.lowerBound * bytes)
        }
      }
    }

    /// What the loops read.
    var pointer: UnsafeRawPointer {
      unsafe packed.withUnsafeMutableBytes { UnsafeRawPointer($0.baseAddress!) }
    }
  }
}
