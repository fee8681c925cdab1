internal import Tensor

/// Elements somewhere in a storage: what a PyTorch tensor is.
struct StridedView {
  static let maximumRank = 16

  var type: StoredType
  /// The first element's place, in elements.
  var offset: Int
  var extents: [Int]
  /// Steps between neighbours along each axis, in elements.
  var strides: [Int]

  /// Bytes of the elements that the view shows.
  var byteCount: Int { Shape(extents).elementCount * type.byteCount }

  /// Whether every element lies inside a storage of `count` elements, and no more elements are
  /// asked for than it has, so that a small file cannot ask for a huge tensor.
  func fits(inStorageOf count: Int) -> Bool {
    guard offset >= 0, extents.count == strides.count, extents.count <= Self.maximumRank,
      let shape = Shape(validating: extents), strides.allSatisfy({ $0 >= 0 })
    else { return false }
    if shape.elementCount == 0 { return offset <= count }
    guard shape.elementCount <= count else { return false }
    var last = offset
    for (extent, stride) in zip(extents, strides) {
      let (reach, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
      let (sum, sumOverflow) = last.addingReportingOverflow(reach)
      if overflow || sumOverflow { return false }
      last = sum
    }
    return last < count
  }

  private var isContiguous: Bool {
    if extents.contains(0) { return true }
    var expected = 1
    for (extent, stride) in zip(extents, strides).reversed() where extent != 1 {
      if stride != expected { return false }
      expected *= extent
    }
    return true
  }

  /// The elements in C order; shared with `buffer` where they lie in C order and aligned already.
  ///
  /// - Precondition: the view fits in the storage, which lies at `storage` in `buffer`.
  func tensor(in buffer: AlignedBuffer, storage: Range<Int>) -> Tensor {
    let shape = Shape(extents)
    let contiguous = isContiguous
    if contiguous, type != .bfloat16,
      let view = Tensor(
        viewing: buffer, at: storage.lowerBound + offset * type.byteCount, shape: shape,
        elementType: type.elementType)
    {
      return view
    }
    let bytes = buffer.bytes.extracting(storage)
    if contiguous, type != .bfloat16 {
      let start = offset * type.byteCount
      let part = bytes.extracting(start..<(start + shape.elementCount * type.byteCount))
      return Tensor(copying: part, shape: shape, elementType: type.elementType)!
    }
    return switch type {
    case .float16: gather(bytes, shape, Float16.self) { $0 }
    case .float32: gather(bytes, shape, Float.self) { $0 }
    case .float64: gather(bytes, shape, Double.self) { $0 }
    case .uint8, .bool: gather(bytes, shape, UInt8.self) { $0 }
    case .int8: gather(bytes, shape, Int8.self) { $0 }
    case .int32: gather(bytes, shape, Int32.self) { $0 }
    case .int64: gather(bytes, shape, Int64.self) { $0 }
    case .bfloat16:
      // The upper half of a float32.
      gather(bytes, shape, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    }
  }

  /// Copies the elements into C order.
  private func gather<Stored: BitwiseCopyable, Element: TensorElement>(
    _ storage: RawSpan, _ shape: Shape, _ stored: Stored.Type, _ convert: (Stored) -> Element
  ) -> Tensor {
    // An axis of one element may claim any stride; it is never taken.
    let strides = zip(extents, strides).map { extent, stride in extent == 1 ? 0 : stride }
    return Tensor(shape, of: Element.self) { span in
      var index = [Int](repeating: 0, count: extents.count)
      var place = offset
      for target in span.indices {
        let value = unsafe storage.unsafeLoadUnaligned(
          fromByteOffset: place * MemoryLayout<Stored>.stride, as: Stored.self)
        span[target] = convert(value)
        for axis in extents.indices.reversed() {
          index[axis] += 1
          place += strides[axis]
          if index[axis] < extents[axis] { break }
          place -= extents[axis] * strides[axis]
          index[axis] = 0
        }
      }
    }
  }
}

extension StridedView {
  /// A whole storage in C order.
  init(type: StoredType, contiguous shape: Shape) {
    var strides = [Int](repeating: 0, count: shape.rank)
    if shape.elementCount > 0 {
      var stride = 1
      for axis in strides.indices.reversed() {
        strides[axis] = stride
        stride *= shape[axis]
      }
    }
    self.init(type: type, offset: 0, extents: shape.dimensions, strides: strides)
  }
}
