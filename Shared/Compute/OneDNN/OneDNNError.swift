internal import COneDNN

/// oneDNN refused to do something.
public struct OneDNNError: Error, Sendable, CustomStringConvertible {
  /// Why, in oneDNN's own terms.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// Memory ran out.
    public static let outOfMemory = Code(description: "out of memory")
    /// The extents, strides or attributes contradict each other.
    public static let invalidArguments = Code(description: "invalid arguments")
    /// This build of oneDNN, on this processor, has no implementation for what was asked.
    public static let unimplemented = Code(description: "unimplemented")
    /// oneDNN failed while running.
    public static let runtime = Code(description: "runtime error")

    init(description: String) { self.description = description }

    init(_ status: dnnl_status_t) {
      self =
        switch status {
        case dnnl_out_of_memory: .outOfMemory
        case dnnl_invalid_arguments: .invalidArguments
        case dnnl_unimplemented: .unimplemented
        default: .runtime
        }
    }
  }

  public let code: Code
  /// What was being done, with the extents.
  public let operation: String

  public var description: String { "oneDNN could not \(operation): \(code)" }
}
