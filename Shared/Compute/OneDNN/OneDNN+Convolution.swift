internal import COneDNN

extension OneDNN {
  /// What a forward calculation is for.
  public enum ForwardPass: Hashable, Sendable {
    case inference
    /// A backward calculation will follow.
    case training

    var raw: dnnl_prop_kind_t {
      switch self {
      case .inference: dnnl_forward_inference
      case .training: dnnl_forward_training
      }
    }
  }
}

extension OneDNN.PrimitiveDescriptor {
  /// A two-dimensional convolution with bias.
  ///
  /// - Parameters:
  ///   - source: [N, C, H, W].
  ///   - weights: [O, C, kernel, kernel], or [groups, O/groups, C/groups, kernel, kernel].
  ///   - bias: [O].
  ///   - destination: [N, O, H', W'].
  ///   - window: the kernel's size, stride, padding and dilation.
  ///   - postOperations: what is done to each result while it is at hand.
  ///   - scales: a factor for each output channel that multiplies the sum of products and bias,
  ///     before the post-operations; for sources and weights of eight-bit integers.
  ///   - pass: what the result is for.
  /// - Throws: ``OneDNNError``, `unimplemented` where oneDNN cannot do it.
  public convenience init(
    convolution source: OneDNN.MemoryDescriptor, weights: OneDNN.MemoryDescriptor,
    bias: OneDNN.MemoryDescriptor, destination: OneDNN.MemoryDescriptor, window: OneDNN.Window,
    scales: [Float]? = nil, postOperations: [OneDNN.PostOperation] = [],
    pass: OneDNN.ForwardPass = .inference
  ) throws(OneDNNError) {
    let operation = "convolve \(source.extents) with \(weights.extents)"
    var raw = dnnl_convolution_desc_t()
    var descriptors = [source.raw, weights.raw, bias.raw, destination.raw]
    let status = unsafe descriptors.withUnsafeMutableBufferPointer { descriptors in
      let base = unsafe UnsafePointer(descriptors.baseAddress!)
      return unsafe dnnl_convolution_forward_desc_init(
        &raw, pass.raw, dnnl_convolution_direct, base, base + 1, base + 2, base + 3, window.strides,
        window.before, window.after)
    }
    try OneDNN.check(status, operation)
    try unsafe self.init(
      operation: &raw,
      attributes: OneDNN.Attributes(
        postOperations, scales: scales.map { OneDNN.Scales(factors: $0, axis: 1) }),
      operation)
  }

  /// Max pooling, for inference.
  ///
  /// - Parameters:
  ///   - source: [N, C, H, W].
  ///   - destination: [N, C, H', W'].
  ///   - window: the size, stride and padding.
  public convenience init(
    maxPooling source: OneDNN.MemoryDescriptor, destination: OneDNN.MemoryDescriptor,
    window: OneDNN.Window
  ) throws(OneDNNError) {
    let operation = "pool \(source.extents)"
    var raw = dnnl_pooling_desc_t()
    let kernel = [Int64(window.kernel), Int64(window.kernel)]
    let status = unsafe withUnsafePointer(to: source.raw) { source in
      unsafe withUnsafePointer(to: destination.raw) { destination in
        unsafe dnnl_pooling_forward_desc_init(
          &raw, dnnl_forward_inference, dnnl_pooling_max, source, destination, window.strides,
          kernel, window.before, window.after)
      }
    }
    try OneDNN.check(status, operation)
    try unsafe self.init(operation: &raw, attributes: OneDNN.Attributes([]), operation)
  }
}
