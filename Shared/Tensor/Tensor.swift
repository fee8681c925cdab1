/// A dense array of numbers in C order (the last axis varies fastest), immutable once made.
///
/// This is the value that stages hand to one another and that files hold. It is cheap to copy,
/// since copies share the buffer, and safe to send to other threads, since nobody writes to it.
public struct Tensor: Sendable {
  public let shape: Shape
  public let elementType: ElementType
  private let buffer: AlignedBuffer
  private let byteOffset: Int

  /// Makes a tensor of zeros and lets `fill` write its elements.
  public init<Element: TensorElement, Failure: Error>(
    _ shape: Shape, of type: Element.Type = Element.self,
    fill: (inout MutableSpan<Element>) throws(Failure) -> Void
  ) throws(Failure) {
    let count = shape.elementCount
    let buffer = AlignedBuffer(byteCount: count * MemoryLayout<Element>.stride)
    try unsafe buffer.withUnsafeMutableBytes { bytes throws(Failure) in
      var span = unsafe MutableSpan<Element>(
        _unsafeStart: bytes.baseAddress!.assumingMemoryBound(to: Element.self), count: count)
      try fill(&span)
    }
    self.shape = shape
    self.elementType = Element.elementType
    self.buffer = buffer
    self.byteOffset = 0
  }

  /// Makes a tensor of which `fill` must write every element.
  public init<Element: TensorElement, Failure: Error>(
    unsafeUninitialized shape: Shape, of type: Element.Type = Element.self,
    fill: (UnsafeMutableBufferPointer<Element>) throws(Failure) -> Void
  ) throws(Failure) {
    let buffer = AlignedBuffer(
      unsafeUninitializedByteCount: shape.elementCount * MemoryLayout<Element>.stride)
    try unsafe buffer.withUnsafeMutableBytes { bytes throws(Failure) in
      try unsafe fill(bytes.assumingMemoryBound(to: Element.self))
    }
    self.init(viewing: buffer, shape: shape, elementType: Element.elementType)!
  }

  /// Makes a tensor of the given elements, whose number must be the shape's.
  public init<Element: TensorElement>(_ shape: Shape, _ elements: [Element]) {
    precondition(elements.count == shape.elementCount, "\(elements.count) elements for \(shape)")
    let buffer = AlignedBuffer(byteCount: elements.count * MemoryLayout<Element>.stride)
    unsafe buffer.withUnsafeMutableBytes { target in
      unsafe elements.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }
    self.init(viewing: buffer, shape: shape, elementType: Element.elementType)!
  }

  /// Views bytes that are already somewhere, such as in a mapped file.
  ///
  /// Returns nil when the bytes do not lie inside the buffer or not on a multiple of the element's
  /// size; in the second case copy them with ``init(copying:shape:elementType:)``.
  public init?(
    viewing buffer: AlignedBuffer, at byteOffset: Int = 0, shape: Shape, elementType: ElementType
  ) {
    let (byteCount, overflow) = shape.elementCount.multipliedReportingOverflow(
      by: elementType.byteCount)
    guard !overflow, byteOffset >= 0, byteCount <= buffer.byteCount - byteOffset,
      byteOffset % elementType.byteCount == 0, buffer.isAligned(to: elementType.byteCount)
    else { return nil }
    self.shape = shape
    self.elementType = elementType
    self.buffer = buffer
    self.byteOffset = byteOffset
  }

  /// Copies bytes in C order and this machine's (little-endian) byte order.
  ///
  /// Returns nil when their number is not the shape's.
  public init?(copying bytes: RawSpan, shape: Shape, elementType: ElementType) {
    let (byteCount, overflow) = shape.elementCount.multipliedReportingOverflow(
      by: elementType.byteCount)
    guard !overflow, byteCount == bytes.byteCount else { return nil }
    let buffer = AlignedBuffer(byteCount: byteCount)
    unsafe buffer.withUnsafeMutableBytes { target in
      unsafe bytes.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }
    self.init(viewing: buffer, shape: shape, elementType: elementType)
  }

  /// Puts tensors of one shape and element type on top of each other along a new first axis.
  public init(stacking parts: [Tensor]) {
    guard let first = parts.first else { preconditionFailure("a stack of nothing") }
    let shape = Shape([parts.count] + first.shape.dimensions)
    let buffer = AlignedBuffer(byteCount: shape.elementCount * first.elementType.byteCount)
    unsafe buffer.withUnsafeMutableBytes { target in
      for (index, part) in parts.enumerated() {
        precondition(
          part.shape == first.shape && part.elementType == first.elementType,
          "\(part.elementType) \(part.shape) beside \(first.elementType) \(first.shape)")
        unsafe part.bytes.withUnsafeBytes { source in
          let place = unsafe UnsafeMutableRawBufferPointer(
            rebasing: target[index * source.count..<(index + 1) * source.count])
          unsafe place.copyMemory(from: source)
        }
      }
    }
    self.init(viewing: buffer, shape: shape, elementType: first.elementType)!
  }

  /// The same elements under another shape with as many of them.
  public func reshaped(to shape: Shape) -> Tensor {
    precondition(shape.elementCount == self.shape.elementCount, "\(self.shape) is not \(shape)")
    return Tensor(viewing: buffer, at: byteOffset, shape: shape, elementType: elementType)!
  }

  /// The `index`-th slice along the first axis, sharing the buffer.
  public subscript(index: Int) -> Tensor {
    precondition(shape.rank > 0 && index >= 0 && index < shape[0], "no slice \(index) in \(shape)")
    let slice = Shape(Array(shape.dimensions.dropFirst()))
    return Tensor(
      viewing: buffer, at: byteOffset + index * slice.elementCount * elementType.byteCount,
      shape: slice, elementType: elementType)!
  }

  /// All elements as bytes.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let all = buffer.bytes
      let part = unsafe all.extracting(
        unchecked: byteOffset..<(byteOffset + shape.elementCount * elementType.byteCount))
      return unsafe _overrideLifetime(part, borrowing: self)
    }
  }

  /// All elements. Traps when `Element` is not the tensor's element type.
  @_lifetime(borrow self)
  public func elements<Element: TensorElement>(as type: Element.Type) -> Span<Element> {
    precondition(Element.elementType == elementType, "\(elementType) is not \(Element.elementType)")
    let span = unsafe bytes._unsafeView(as: Element.self)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// All elements as an array. Traps when `Element` is not the tensor's element type.
  public func array<Element: TensorElement>(of type: Element.Type) -> [Element] {
    let span = elements(as: type)
    return unsafe [Element](unsafeUninitializedCapacity: span.count) { target, count in
      unsafe span.withUnsafeBufferPointer { unsafe _ = target.initialize(fromContentsOf: $0) }
      count = span.count
    }
  }
}
