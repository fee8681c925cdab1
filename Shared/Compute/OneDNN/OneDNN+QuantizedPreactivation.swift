internal import CKernels
internal import COneDNN

extension OneDNN {
  /// max(source · scale + shift, 0) as unsigned eight-bit integers, a factor and an addend for each
  /// channel: a batch norm and ReLU that oneDNN would write as signed integers only.
  @safe
  public struct QuantizedPreactivation {
    private let source: Memory
    private let destination: Memory
    private let scale: [Float]
    private let shift: [Float]

    /// - Parameters:
    ///   - source: [N, C, H, W], float32 or bfloat16, channels last.
    ///   - destination: the same extents and layout, uint8.
    ///   - scale: the factor of each channel.
    ///   - shift: the addend of each channel.
    ///   - step: what 1 is worth in the destination.
    /// - Returns: nil where the arguments lie in another way.
    public init?(
      source: Memory, destination: Memory, scale: [Float], shift: [Float], step: Float
    ) {
      let extents = source.descriptor.extents
      precondition(
        extents.count == 4 && destination.descriptor.extents == extents
          && scale.count == extents[1] && shift.count == extents[1], "\(extents)")
      let type = source.descriptor.dataType
      guard [.float32, .bfloat16].contains(type),
        (try? MemoryDescriptor(extents, type, .channelsLast)) == source.descriptor,
        (try? MemoryDescriptor(extents, .uint8, .channelsLast)) == destination.descriptor
      else { return nil }
      self.source = source
      self.destination = destination
      self.scale = scale.map { $0 / step }
      self.shift = shift.map { $0 / step }
    }

    /// Calculates on the calling thread's team of threads.
    public func run() throws(OneDNNError) {
      let x = try unsafe source.bytes()
      let y = try unsafe destination.bytes().assumingMemoryBound(to: UInt8.self)
      let kernels = unsafe ck_kernels_preactivation().pointee
      let extents = source.descriptor.extents
      let type = source.descriptor.dataType
      let (cells, channels) = (extents[0] * extents[2] * extents[3], extents[1])
      OneDNN.forEachShard(of: cells) { shard in
        let (start, count) = (shard.lowerBound * channels, shard.count)
        let first = unsafe x + start * type.byteCount
        if type == .float32 {
          unsafe kernels.f32(
            count, channels, first.assumingMemoryBound(to: Float.self), scale, shift, y + start)
        } else {
          unsafe kernels.bf16(
            count, channels, first.assumingMemoryBound(to: UInt16.self), scale, shift, y + start)
        }
      }
    }
  }
}
