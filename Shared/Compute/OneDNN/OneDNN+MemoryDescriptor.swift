internal import COneDNN

extension OneDNN {
  /// Extents, element type and layout of an argument, without its bytes.
  @safe
  public struct MemoryDescriptor: Sendable, Equatable {
    let raw: dnnl_memory_desc_t

    init(raw: dnnl_memory_desc_t) { self.raw = raw }

    /// An argument with the given extents in oneDNN's order: N, C, H, W for activations,
    /// [groups,] O, I, H, W for weights.
    ///
    /// - Throws: ``OneDNNError`` for extents that are negative or too many (at most 12).
    public init(
      _ extents: [Int], _ dataType: DataType = .float32, _ layout: Layout
    ) throws(OneDNNError) {
      var raw = dnnl_memory_desc_t()
      let count = Int32(clamping: extents.count)
      let dimensions = extents.map(Int64.init)
      let type = dataType.raw
      let status =
        switch layout {
        case .any:
          unsafe dnnl_memory_desc_init_by_tag(&raw, count, dimensions, type, dnnl_format_tag_any)
        case .channelBlocks:
          unsafe dnnl_memory_desc_init_by_tag(&raw, count, dimensions, type, dnnl_nChw16c)
        case .channelBlocks8:
          unsafe dnnl_memory_desc_init_by_tag(&raw, count, dimensions, type, dnnl_nChw8c)
        case .dense, .channelsLast:
          unsafe dnnl_memory_desc_init_by_strides(
            &raw, count, dimensions, type, layout.strides(of: extents))
        }
      try OneDNN.check(status, "describe a tensor of \(dataType) \(extents)")
      self.raw = raw
    }

    /// The extents, without padding.
    public var extents: [Int] {
      unsafe withUnsafeBytes(of: raw.dims) { bytes in
        unsafe bytes.bindMemory(to: Int64.self).prefix(Int(raw.ndims)).map { Int($0) }
      }
    }

    /// The type of its elements.
    public var dataType: DataType { DataType(raw: raw.data_type) }

    /// Bytes that such an argument takes, padding included.
    public var byteCount: Int {
      unsafe withUnsafePointer(to: raw) { unsafe Int(dnnl_memory_desc_get_size($0)) }
    }

    /// The same extents and layout with elements of another type, which has the same size.
    public func read(as type: DataType) -> MemoryDescriptor {
      precondition(
        type.byteCount == dataType.byteCount, "\(type) has another size than \(dataType)")
      var raw = raw
      raw.data_type = type.raw
      return MemoryDescriptor(raw: raw)
    }

    public static func == (a: Self, b: Self) -> Bool {
      unsafe withUnsafePointer(to: a.raw) { a in
        unsafe withUnsafePointer(to: b.raw) { b in unsafe dnnl_memory_desc_equal(a, b) != 0 }
      }
    }
  }

  /// How the elements of an argument lie in memory.
  public enum Layout: Sendable {
    /// Whatever the primitive likes best.
    case any
    /// In the extents' order, the last one varying fastest: C order.
    case dense
    /// Of extents N, C, H, W the channels vary fastest: NHWC in memory.
    case channelsLast
    /// Of extents N, C, H, W the channels are cut into blocks of 16, and the channels of a block
    /// vary fastest: nChw16c in oneDNN's notation.
    case channelBlocks
    /// The same with blocks of 8, nChw8c, which processors without AVX-512 want.
    case channelBlocks8

    fileprivate func strides(of extents: [Int]) -> [Int64] {
      var order = Array(extents.indices)
      if self == .channelsLast { order.append(order.remove(at: 1)) }
      var strides = [Int64](repeating: 1, count: extents.count)
      var stride: Int64 = 1
      for axis in order.reversed() {
        strides[axis] = stride
        stride *= Int64(extents[axis])
      }
      return strides
    }
  }
}
