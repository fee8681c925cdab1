internal import COneDNN

extension OneDNN {
  /// Copies an argument into another layout or element type, as often as it is run.
  public struct Reorder {
    private let invocation: Invocation

    /// - Parameters:
    ///   - source: what is copied.
    ///   - destination: where to.
    ///   - scales: one factor for each index of the first axis, or a single one for all; nil
    ///     multiplies by nothing.
    public init(
      from source: Memory, to destination: Memory, scales: [Float]? = nil
    ) throws(OneDNNError) {
      let descriptor = try PrimitiveDescriptor(
        reorder: source.descriptor, to: destination.descriptor, scales: scales)
      let scratch = try Memory(descriptor.descriptor(of: .scratch))
      invocation = Invocation(
        try Primitive(descriptor),
        [.source: source, .destination: destination, .scratch: scratch])
    }

    /// Copies, and returns when that is done.
    public func run(on stream: Stream) throws(OneDNNError) {
      try invocation.run(on: stream)
      try stream.wait()
    }
  }
}
