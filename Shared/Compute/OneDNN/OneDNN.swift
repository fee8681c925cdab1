internal import COneDNN

/// oneDNN (https://github.com/oneapi-src/oneDNN) behind owned handles and thrown errors.
///
/// A calculation is a ``Primitive`` made from a ``PrimitiveDescriptor``, which says which
/// ``MemoryDescriptor`` (extents, type, layout) each of its arguments must have. Arguments are
/// ``Memory``: a descriptor bound to bytes.
public enum OneDNN {
  /// Sets how many OpenMP threads the primitives that the calling thread makes and runs will use.
  ///
  /// OpenMP keeps one such number, and one team of threads, for each thread that calls it: make
  /// and run primitives on one thread (see ``ComputeThread``), or teams pile up.
  public static func setThreadCount(_ count: Int) { omp_set_num_threads(Int32(clamping: count)) }

  /// How many OpenMP threads the calling thread's primitives use.
  public static var threadCount: Int { Int(omp_get_max_threads()) }

  /// Turns a status into an error that says which `operation` oneDNN would not do.
  static func check(
    _ status: dnnl_status_t, _ operation: @autoclosure () -> String
  ) throws(OneDNNError) {
    if status == dnnl_success { return }
    throw OneDNNError(code: OneDNNError.Code(status), operation: operation())
  }
}
