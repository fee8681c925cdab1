internal import COneDNN

extension OneDNN {
  /// The order in which primitives run. Used by one thread at a time.
  @safe
  public final class Stream {
    let handle: dnnl_stream_t

    public init() throws(OneDNNError) {
      var handle: dnnl_stream_t?
      try unsafe OneDNN.check(
        dnnl_stream_create(
          &handle, Engine.cpu().handle, UInt32(dnnl_stream_default_flags.rawValue)),
        "open a stream")
      unsafe self.handle = handle!
    }

    deinit { unsafe _ = dnnl_stream_destroy(handle) }

    /// Returns when everything that was started on the stream is done.
    public func wait() throws(OneDNNError) {
      try unsafe OneDNN.check(dnnl_stream_wait(handle), "finish a stream")
    }
  }
}
