internal import COneDNN

extension OneDNN {
  /// What a primitive does to each element of its result before writing it.
  public enum PostOperation: Equatable, Sendable {
    /// Adds what is in the destination already.
    case sum
    /// Adds a multiple of what is in the destination already, read as another type of the same size.
    case weightedSum(Float, DataType)
    /// Adds another tensor of the destination's extents, the argument
    /// ``Role/addedAfterwards``; comes first.
    case add(MemoryDescriptor)
    /// max(x, 0)
    case relu
    /// min(max(x, 0), limit)
    case clippedReLU(limit: Float)
  }

  /// Factors of a primitive's result: one for each index of an axis, or a single one.
  struct Scales {
    var factors: [Float]
    var axis = 0

    /// The bit of the axis along which factors differ, as oneDNN wants it.
    fileprivate var mask: Int32 { factors.count == 1 ? 0 : 1 << Int32(axis) }
  }

  /// The post-operations of a primitive, the factors of its result, and where its scratch memory
  /// comes from: the caller, so that all primitives can share it.
  @safe
  final class Attributes {
    let handle: dnnl_primitive_attr_t

    init(_ postOperations: [PostOperation], scales: Scales? = nil) throws(OneDNNError) {
      var handle: dnnl_primitive_attr_t?
      try unsafe OneDNN.check(dnnl_primitive_attr_create(&handle), "make attributes")
      unsafe self.handle = handle!
      try unsafe OneDNN.check(
        dnnl_primitive_attr_set_scratchpad_mode(self.handle, dnnl_scratchpad_mode_user),
        "take charge of scratch memory")
      var list: dnnl_post_ops_t?
      try unsafe OneDNN.check(dnnl_post_ops_create(&list), "make post-operations")
      defer { unsafe _ = dnnl_post_ops_destroy(list) }
      for operation in postOperations {
        let status =
          switch operation {
          case .sum:
            unsafe dnnl_post_ops_append_sum(list, 1)
          case .weightedSum(let factor, let type):
            unsafe dnnl_post_ops_append_sum_v2(list, factor, type.raw)
          case .add(let addend):
            unsafe withUnsafePointer(to: addend.raw) {
              unsafe dnnl_post_ops_append_binary(list, dnnl_binary_add, $0)
            }
          case .relu:
            unsafe dnnl_post_ops_append_eltwise(list, 1, dnnl_eltwise_relu, 0, 0)
          case .clippedReLU(let limit):
            unsafe dnnl_post_ops_append_eltwise(list, 1, dnnl_eltwise_clip, 0, limit)
          }
        try OneDNN.check(status, "append \(operation)")
      }
      try unsafe OneDNN.check(
        dnnl_primitive_attr_set_post_ops(self.handle, list), "set post-operations")
      guard let scales else { return }
      try unsafe OneDNN.check(
        dnnl_primitive_attr_set_output_scales(
          self.handle, Int64(scales.factors.count), scales.mask, scales.factors),
        "set factors")
    }

    deinit { unsafe _ = dnnl_primitive_attr_destroy(handle) }
  }
}
