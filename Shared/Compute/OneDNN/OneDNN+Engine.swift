internal import COneDNN

extension OneDNN {
  /// The processor that primitives are made for.
  @safe
  final class Engine: @unchecked Sendable {
    let handle: dnnl_engine_t

    private init() throws(OneDNNError) {
      var handle: dnnl_engine_t?
      try unsafe OneDNN.check(dnnl_engine_create(&handle, dnnl_cpu, 0), "open the processor")
      unsafe self.handle = handle!
    }

    deinit { unsafe _ = dnnl_engine_destroy(handle) }

    private static let shared = Result<Engine, OneDNNError> { () throws(OneDNNError) in
      try Engine()
    }

    /// The one engine of this process; an engine has no state that changes.
    static func cpu() throws(OneDNNError) -> Engine { try shared.get() }
  }
}
