internal import COneDNN

extension OneDNN {
  /// An activation function as a calculation of its own.
  public enum Activation: Hashable, Sendable {
    /// max(x, 0)
    case relu
    /// min(max(x, 0), limit)
    case clippedReLU(limit: Float)

    /// The backward algorithm that needs the function's results, not its arguments, and its
    /// parameters.
    fileprivate var backward: (dnnl_alg_kind_t, alpha: Float, beta: Float) {
      switch self {
      case .relu: (dnnl_eltwise_relu_use_dst_for_bwd, 0, 0)
      case .clippedReLU(let limit): (dnnl_eltwise_clip_v2_use_dst_for_bwd, 0, limit)
      }
    }
  }
}

extension OneDNN.PrimitiveDescriptor {
  /// The gradient of a convolution by its source.
  ///
  /// - Parameters:
  ///   - sourceGradient: [N, C, H, W], the result.
  ///   - weights: as the forward convolution has them, in a layout that may differ from there.
  ///   - destinationGradient: [N, O, H', W'].
  ///   - window: the convolution's.
  ///   - forward: the forward convolution, for training, without post-operations.
  public convenience init(
    convolutionSourceGradient sourceGradient: OneDNN.MemoryDescriptor,
    weights: OneDNN.MemoryDescriptor, destinationGradient: OneDNN.MemoryDescriptor,
    window: OneDNN.Window, forward: OneDNN.PrimitiveDescriptor
  ) throws(OneDNNError) {
    let operation = "differentiate the convolution of \(sourceGradient.extents) by its source"
    var raw = dnnl_convolution_desc_t()
    var descriptors = [sourceGradient.raw, weights.raw, destinationGradient.raw]
    let status = unsafe descriptors.withUnsafeMutableBufferPointer { descriptors in
      let base = unsafe UnsafePointer(descriptors.baseAddress!)
      return unsafe dnnl_convolution_backward_data_desc_init(
        &raw, dnnl_convolution_direct, base, base + 1, base + 2, window.strides, window.before,
        window.after)
    }
    try OneDNN.check(status, operation)
    try unsafe self.init(
      operation: &raw, attributes: OneDNN.Attributes([]), forward: forward, operation)
  }

  /// The gradients of a convolution by its weights and bias.
  ///
  /// - Parameters:
  ///   - source: [N, C, H, W].
  ///   - weightsGradient: like the weights, a result.
  ///   - biasGradient: [O], a result.
  ///   - destinationGradient: [N, O, H', W'].
  ///   - window: the convolution's.
  ///   - forward: the forward convolution, for training, without post-operations.
  public convenience init(
    convolutionWeightsGradient weightsGradient: OneDNN.MemoryDescriptor,
    biasGradient: OneDNN.MemoryDescriptor, source: OneDNN.MemoryDescriptor,
    destinationGradient: OneDNN.MemoryDescriptor, window: OneDNN.Window,
    forward: OneDNN.PrimitiveDescriptor
  ) throws(OneDNNError) {
    let operation = "differentiate the convolution of \(source.extents) by its weights"
    var raw = dnnl_convolution_desc_t()
    var descriptors = [
      source.raw, weightsGradient.raw, biasGradient.raw, destinationGradient.raw,
    ]
    let status = unsafe descriptors.withUnsafeMutableBufferPointer { descriptors in
      let base = unsafe UnsafePointer(descriptors.baseAddress!)
      return unsafe dnnl_convolution_backward_weights_desc_init(
        &raw, dnnl_convolution_direct, base, base + 1, base + 2, base + 3, window.strides,
        window.before, window.after)
    }
    try OneDNN.check(status, operation)
    try unsafe self.init(
      operation: &raw, attributes: OneDNN.Attributes([]), forward: forward, operation)
  }

  /// The gradient of an activation function by its argument, from the function's results
  /// (``OneDNN/Role/destination``); it may be written over the gradient that comes in.
  ///
  /// - Parameters:
  ///   - activation: the function.
  ///   - values: of the results and of both gradients.
  public convenience init(
    gradientOf activation: OneDNN.Activation, values: OneDNN.MemoryDescriptor
  ) throws(OneDNNError) {
    let operation = "differentiate \(activation) of \(values.extents)"
    let (kind, alpha, beta) = activation.backward
    var forward = dnnl_eltwise_desc_t()
    var backward = dnnl_eltwise_desc_t()
    let status = unsafe withUnsafePointer(to: values.raw) { values in
      let status = unsafe dnnl_eltwise_forward_desc_init(
        &forward, dnnl_forward_training, kind, values, alpha, beta)
      if status != dnnl_success { return status }
      return unsafe dnnl_eltwise_backward_desc_init(
        &backward, kind, values, values, alpha, beta)
    }
    try OneDNN.check(status, operation)
    let hint = try unsafe OneDNN.PrimitiveDescriptor(
      operation: &forward, attributes: OneDNN.Attributes([]), operation)
    try unsafe self.init(
      operation: &backward, attributes: OneDNN.Attributes([]), forward: hint, operation)
  }

  /// The sum of ``OneDNN/Role/source`` and ``OneDNN/Role/addend``; the destination may be either.
  ///
  /// - Parameter values: of all three.
  public convenience init(adding values: OneDNN.MemoryDescriptor) throws(OneDNNError) {
    let operation = "add \(values.extents)"
    var raw = dnnl_binary_desc_t()
    let status = unsafe withUnsafePointer(to: values.raw) { values in
      unsafe dnnl_binary_desc_init(&raw, dnnl_binary_add, values, values, values)
    }
    try OneDNN.check(status, operation)
    try unsafe self.init(operation: &raw, attributes: OneDNN.Attributes([]), operation)
  }
}
