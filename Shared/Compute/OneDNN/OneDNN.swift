internal import COneDNN

/// oneDNN (https://github.com/oneapi-src/oneDNN) behind owned handles and thrown errors.
///
/// A calculation is a ``Primitive`` made from a ``PrimitiveDescriptor``, which says which
/// ``MemoryDescriptor`` (extents, type, layout) each of its arguments must have. Arguments are
/// ``Memory``: a descriptor bound to bytes.
public enum OneDNN {
  /// Turns a status into an error that says which `operation` oneDNN would not do.
  static func check(
    _ status: dnnl_status_t, _ operation: @autoclosure () -> String
  ) throws(OneDNNError) {
    if status == dnnl_success { return }
    throw OneDNNError(code: OneDNNError.Code(status), operation: operation())
  }
}
