internal import COneDNN
public import Tensor

extension OneDNN {
  /// An argument of a primitive: a descriptor bound to bytes.
  ///
  /// The bytes belong to an `AlignedBuffer` that the memory keeps alive. Used by one thread at a
  /// time, except memories that are only read, such as weights.
  @safe
  public final class Memory {
    public let descriptor: MemoryDescriptor
    let handle: dnnl_memory_t
    /// Whoever owns the bytes.
    private var owner: AnyObject?

    /// An argument without bytes; ``bind(to:at:)`` comes before the first run.
    public init(unbound descriptor: MemoryDescriptor) throws(OneDNNError) {
      self.descriptor = descriptor
      var handle: dnnl_memory_t?
      let engine = try Engine.cpu()
      let status = unsafe withUnsafePointer(to: descriptor.raw) {
        unsafe dnnl_memory_create(&handle, $0, engine.handle, nil)
      }
      try OneDNN.check(status, "make a memory of \(descriptor.extents)")
      unsafe self.handle = handle!
    }

    /// An argument with bytes of its own, zero at first.
    public convenience init(_ descriptor: MemoryDescriptor) throws(OneDNNError) {
      try self.init(unbound: descriptor)
      try bind(to: AlignedBuffer(byteCount: descriptor.byteCount))
    }

    deinit { unsafe _ = dnnl_memory_destroy(handle) }

    /// Lets the argument live in `buffer` from `byteOffset` on, where it overwrites what pads its
    /// layout (channels up to a multiple of the block) with zeros.
    public func bind(to buffer: AlignedBuffer, at byteOffset: Int = 0) throws(OneDNNError) {
      precondition(byteOffset >= 0 && descriptor.byteCount <= buffer.byteCount - byteOffset)
      let status = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe dnnl_memory_set_data_handle(handle, bytes.baseAddress! + byteOffset)
      }
      try OneDNN.check(status, "bind a memory of \(descriptor.extents)")
      self.owner = buffer
    }

    /// Lets the argument live in a matrix's memory, which others may read and write between runs.
    ///
    /// - Parameter matrix: contiguous, of float32, with as many elements as the argument has.
    public func bind(to matrix: Matrix<Float>) throws(OneDNNError) {
      precondition(
        matrix.isContiguous && matrix.count * MemoryLayout<Float>.stride == descriptor.byteCount)
      try unsafe OneDNN.check(
        dnnl_memory_set_data_handle(handle, matrix.pointer),
        "bind a memory of \(descriptor.extents)")
      self.owner = matrix.storage
    }

    /// Runs `body` with the argument bound to a part of a dense tensor, which is only read.
    ///
    /// - Parameters:
    ///   - tensor: what is read.
    ///   - start: the first element of the part.
    ///   - body: runs primitives that read the argument.
    public func withElements<R>(
      of tensor: Tensor, from start: Int = 0, _ body: () throws(OneDNNError) -> R
    ) throws(OneDNNError) -> R {
      let offset = start * tensor.elementType.byteCount
      let bytes = tensor.bytes
      precondition(
        start >= 0 && descriptor.byteCount <= bytes.byteCount - offset,
        "\(tensor.shape) is too short")
      return try unsafe bytes.withUnsafeBytes { bytes throws(OneDNNError) in
        try unsafe withBytes(
          UnsafeMutableRawPointer(mutating: bytes.baseAddress! + offset), body)
      }
    }

    /// Runs `body` with the argument bound to a part of a span, to be written.
    ///
    /// - Parameters:
    ///   - span: what is written.
    ///   - start: the first element of the part.
    ///   - body: runs primitives that write the argument.
    public func withElements<Element: TensorElement, R>(
      of span: inout MutableSpan<Element>, from start: Int, _ body: () throws(OneDNNError) -> R
    ) throws(OneDNNError) -> R {
      let offset = start * MemoryLayout<Element>.stride
      let byteCount = descriptor.byteCount
      return try unsafe span.withUnsafeMutableBytes { bytes throws(OneDNNError) in
        precondition(
          start >= 0 && byteCount <= bytes.count - offset, "\(bytes.count) bytes are too few")
        return try unsafe withBytes(bytes.baseAddress! + offset, body)
      }
    }

    /// Runs `body` with the bytes that the argument is bound to, padding included, as float32.
    public func withFloats<R>(
      _ body: (Span<Float>) throws(OneDNNError) -> R
    ) throws(OneDNNError) -> R {
      precondition(descriptor.dataType == .float32, "\(descriptor.dataType) is not float32")
      let floats = try unsafe UnsafeBufferPointer(
        start: floats(), count: descriptor.byteCount / MemoryLayout<Float>.stride)
      return try body(unsafe floats.span)
    }

    /// The bytes that the argument is bound to, as float32.
    func floats() throws(OneDNNError) -> UnsafePointer<Float> {
      unsafe UnsafePointer(try bytes().assumingMemoryBound(to: Float.self))
    }

    /// The bytes that the argument is bound to.
    func bytes() throws(OneDNNError) -> UnsafeMutableRawPointer {
      var base: UnsafeMutableRawPointer?
      try unsafe OneDNN.check(
        dnnl_memory_get_data_handle(handle, &base), "read a memory of \(descriptor.extents)")
      guard let base = unsafe base else { preconditionFailure("an argument without bytes") }
      return unsafe base
    }

    private func withBytes<R>(
      _ base: UnsafeMutableRawPointer, _ body: () throws(OneDNNError) -> R
    ) throws(OneDNNError) -> R {
      try unsafe OneDNN.check(dnnl_memory_set_data_handle(handle, base), "lend a memory bytes")
      defer { unsafe _ = dnnl_memory_set_data_handle(handle, nil) }
      return try body()
    }
  }
}
