internal import COneDNN

extension OneDNN {
  /// A calculation that oneDNN has chosen an implementation for, with the layouts that it wants.
  @safe
  public final class PrimitiveDescriptor {
    let handle: dnnl_primitive_desc_t

    /// A calculation described by one of oneDNN's operation descriptors.
    init(
      operation: UnsafeRawPointer, attributes: Attributes, _ what: @autoclosure () -> String
    ) throws(OneDNNError) {
      var handle: dnnl_primitive_desc_t?
      try unsafe OneDNN.check(
        dnnl_primitive_desc_create(
          &handle, operation, attributes.handle, Engine.cpu().handle, nil),
        what())
      unsafe self.handle = handle!
    }

    /// Copies an argument into another layout or element type.
    public init(
      reorder source: MemoryDescriptor, to destination: MemoryDescriptor
    ) throws(OneDNNError) {
      var handle: dnnl_primitive_desc_t?
      let engine = try Engine.cpu()
      let attributes = try Attributes([])
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

    /// The name of the implementation, such as `jit:avx512_core` or `jit_wino_4x3:avx512_core`.
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
    /// Memory that the primitive may scribble on while it runs.
    case scratch

    var argument: Int32 {
      switch self {
      case .source: DNNL_ARG_SRC_0
      case .weights: DNNL_ARG_WEIGHTS_0
      case .bias: DNNL_ARG_BIAS
      case .destination: DNNL_ARG_DST_0
      case .scratch: DNNL_ARG_SCRATCHPAD
      }
    }

    fileprivate var query: (dnnl_query_t, Int32) {
      switch self {
      case .source: (dnnl_query_src_md, 0)
      case .weights: (dnnl_query_weights_md, 0)
      case .bias: (dnnl_query_weights_md, 1)
      case .destination: (dnnl_query_dst_md, 0)
      case .scratch: (dnnl_query_scratchpad_md, 0)
      }
    }
  }
}
