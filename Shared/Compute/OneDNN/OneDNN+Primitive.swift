internal import COneDNN

extension OneDNN {
  /// Machine code for one calculation; oneDNN keeps a cache of it, so equal ones share it.
  @safe
  public final class Primitive {
    let handle: dnnl_primitive_t

    public init(_ descriptor: PrimitiveDescriptor) throws(OneDNNError) {
      var handle: dnnl_primitive_t?
      try unsafe OneDNN.check(
        dnnl_primitive_create(&handle, descriptor.handle),
        "make the primitive \(descriptor.implementation)")
      unsafe self.handle = handle!
    }

    deinit { unsafe _ = dnnl_primitive_destroy(handle) }
  }

  /// A primitive together with its arguments, ready to run again and again.
  @safe
  public struct Invocation {
    private let primitive: Primitive
    private let arguments: [dnnl_exec_arg_t]
    /// Kept alive for `arguments`, which point to them.
    private let memories: [Memory]

    public init(_ primitive: Primitive, _ arguments: [Role: Memory]) {
      self.primitive = primitive
      unsafe self.arguments = arguments.map { role, memory in
        unsafe dnnl_exec_arg_t(arg: role.argument, memory: memory.handle)
      }
      self.memories = Array(arguments.values)
    }

    /// Runs the primitive after everything that was started on `stream` before.
    public func run(on stream: Stream) throws(OneDNNError) {
      try unsafe OneDNN.check(
        dnnl_primitive_execute(
          primitive.handle, stream.handle, Int32(arguments.count), arguments),
        "run a primitive")
    }
  }
}
