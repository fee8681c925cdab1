internal import COneDNN

extension OneDNN {
  /// A calculation that oneDNN has chosen an implementation for, with the layouts that it wants.
  @safe
  public final class PrimitiveDescriptor {
    let handle: dnnl_primitive_desc_t

    /// A calculation described by one of oneDNN's operation descriptors, with the first
    /// implementation that oneDNN offers, which it thinks the fastest.
    ///
    /// - Parameter forward: the forward calculation that this one is the backward one of.
    init(
      operation: UnsafeRawPointer, attributes: Attributes, forward: PrimitiveDescriptor? = nil,
      _ what: @autoclosure () -> String
    ) throws(OneDNNError) {
      var iterator: dnnl_primitive_desc_iterator_t?
      let status = try unsafe dnnl_primitive_desc_iterator_create(
        &iterator, operation, attributes.handle, Engine.cpu().handle, forward?.handle)
      defer { unsafe _ = dnnl_primitive_desc_iterator_destroy(iterator) }
      if status == dnnl_success,
        let candidate = unsafe dnnl_primitive_desc_iterator_fetch(iterator)
      {
        unsafe self.handle = candidate
        return
      }
      // The iterator has come to its end, or has not even begun.
      let isExhausted = status == dnnl_success || status == dnnl_iterator_ends
      throw OneDNNError(
        code: isExhausted ? .unimplemented : OneDNNError.Code(status), operation: what())
    }

    /// Copies an argument into another layout or element type.
    ///
    /// - Parameters:
    ///   - source: what is copied.
    ///   - destination: where to.
    ///   - scales: one factor for each index of the first axis, or a single one for all; nil
    ///     multiplies by nothing.
    public init(
      reorder source: MemoryDescriptor, to destination: MemoryDescriptor, scales: [Float]? = nil
    ) throws(OneDNNError) {
      var handle: dnnl_primitive_desc_t?
      let engine = try Engine.cpu()
      let attributes = try Attributes([], scales: scales.map { Scales(factors: $0) })
      let status = unsafe withUnsafePointer(to: source.raw) { source in
        unsafe withUnsafePointer(to: destination.raw) { destination in
          unsafe dnnl_reorder_primitive_desc_create(
            &handle, source, engine.handle, destination, engine.handle, attributes.handle)
        }
      }
      try OneDNN.check(status, "reorder \(source.extents)")
      unsafe self.handle = handle!
    }

    deinit { unsafe _ = dnnl_primitive_desc_destroy(handle) }

    /// What the primitive wants the argument with the given role to be.
    public func descriptor(of role: Role) -> MemoryDescriptor {
      let (query, index) = role.query
      guard let raw = unsafe dnnl_primitive_desc_query_md(handle, query, index) else {
        preconditionFailure("no argument has the role \(role)")
      }
      return unsafe MemoryDescriptor(raw: raw.pointee)
    }

    /// The name of the implementation, such as `jit:avx512_core`.
    public var implementation: String {
      var name: UnsafePointer<CChar>?
      let status = unsafe dnnl_primitive_desc_query(
        handle, dnnl_query_impl_info_str, 0, &name)
      guard status == dnnl_success, let name = unsafe name else { return "" }
      return unsafe String(cString: name)
    }
  }

  /// What an argument is to a primitive.
  public enum Role: Hashable, Sendable, CaseIterable {
    case source, weights, bias, destination
    /// What is added to the source, or, as the first post-operation, to the result.
    case addend, addedAfterwards
    /// The loss's derivatives by the arguments of those names.
    case sourceGradient, weightsGradient, biasGradient, destinationGradient
    /// A factor, an addend, a mean and a variance for each channel, and the loss's derivatives by
    /// the first two.
    case scale, shift, mean, variance, scaleGradient, shiftGradient
    /// What a forward calculation leaves for the backward one.
    case workspace
    /// Memory that the primitive may scribble on while it runs.
    case scratch

    var argument: Int32 {
      switch self {
      case .source: DNNL_ARG_SRC_0
      case .weights: DNNL_ARG_WEIGHTS_0
      case .bias: DNNL_ARG_BIAS
      case .destination: DNNL_ARG_DST_0
      case .addend: DNNL_ARG_SRC_1
      // oneDNN's DNNL_ARG_ATTR_MULTIPLE_POST_OP(0), a macro that is not imported.
      case .addedAfterwards: DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1
      case .sourceGradient: DNNL_ARG_DIFF_SRC_0
      case .weightsGradient: DNNL_ARG_DIFF_WEIGHTS_0
      case .biasGradient: DNNL_ARG_DIFF_BIAS
      case .destinationGradient: DNNL_ARG_DIFF_DST_0
      case .scale: DNNL_ARG_SCALE
      case .shift: DNNL_ARG_SHIFT
      case .mean: DNNL_ARG_MEAN
      case .variance: DNNL_ARG_VARIANCE
      case .scaleGradient: DNNL_ARG_DIFF_SCALE
      case .shiftGradient: DNNL_ARG_DIFF_SHIFT
      case .workspace: DNNL_ARG_WORKSPACE
      case .scratch: DNNL_ARG_SCRATCHPAD
      }
    }

    fileprivate var query: (dnnl_query_t, Int32) {
      switch self {
      case .source: (dnnl_query_src_md, 0)
      case .weights: (dnnl_query_weights_md, 0)
      case .bias: (dnnl_query_weights_md, 1)
      case .destination: (dnnl_query_dst_md, 0)
      case .addend: (dnnl_query_src_md, 1)
      case .addedAfterwards, .scale, .shift, .mean, .variance, .scaleGradient, .shiftGradient:
        (dnnl_query_exec_arg_md, argument)
      case .workspace: (dnnl_query_workspace_md, 0)
      case .sourceGradient: (dnnl_query_diff_src_md, 0)
      case .weightsGradient: (dnnl_query_diff_weights_md, 0)
      case .biasGradient: (dnnl_query_diff_weights_md, 1)
      case .destinationGradient: (dnnl_query_diff_dst_md, 0)
      case .scratch: (dnnl_query_scratchpad_md, 0)
      }
    }
  }
}
