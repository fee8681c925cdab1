internal import COneDNN

extension OneDNN.PrimitiveDescriptor {
  /// max(source · scale + shift, 0), a factor and an addend for each channel: oneDNN's batch norm
  /// with ReLU, whose statistics, ``OneDNN/Role/mean`` and ``OneDNN/Role/variance``, have to be 0
  /// and 1.
  ///
  /// For training it also yields ``OneDNN/Role/workspace``, which the backward pass needs.
  ///
  /// - Parameters:
  ///   - values: [N, C, H, W], of the source and the destination.
  ///   - pass: what the result is for.
  public convenience init(
    preactivation values: OneDNN.MemoryDescriptor, pass: OneDNN.ForwardPass = .inference
  ) throws(OneDNNError) {
    let operation = "scale and shift \(values.extents)"
    var raw = dnnl_batch_normalization_desc_t()
    let status = unsafe withUnsafePointer(to: values.raw) {
      unsafe dnnl_batch_normalization_forward_desc_init(
        &raw, pass.raw, $0, 0, Self.preactivationFlags)
    }
    try OneDNN.check(status, operation)
    try unsafe self.init(operation: &raw, attributes: OneDNN.Attributes([]), operation)
  }

  /// The gradients of a preactivation by its source, scale and shift.
  ///
  /// - Parameters:
  ///   - values: [N, C, H, W], of the source and of both gradients by values; the source's may be
  ///     written over the destination's.
  ///   - forward: the preactivation, for training.
  public convenience init(
    preactivationGradient values: OneDNN.MemoryDescriptor, forward: OneDNN.PrimitiveDescriptor
  ) throws(OneDNNError) {
    let operation = "differentiate the scaling and shifting of \(values.extents)"
    var raw = dnnl_batch_normalization_desc_t()
    let status = unsafe withUnsafePointer(to: values.raw) {
      unsafe dnnl_batch_normalization_backward_desc_init(
        &raw, dnnl_backward, $0, $0, 0, Self.preactivationFlags)
    }
    try OneDNN.check(status, operation)
    try unsafe self.init(
      operation: &raw, attributes: OneDNN.Attributes([]), forward: forward, operation)
  }

  private static let preactivationFlags =
    dnnl_use_global_stats.rawValue | dnnl_use_scale.rawValue | dnnl_use_shift.rawValue
    | dnnl_fuse_norm_relu.rawValue
}
