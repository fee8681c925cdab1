/// `Float`, in which models run, or `Double`, in which gradients are checked by finite differences.
public protocol Real: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  /// The loops and products for this type, compiled for this machine.
  static var kernels: KernelTable<Self> { get }
}

extension Float: Real {
  public static let kernels = KernelTable<Float>.float
}

extension Double: Real {
  public static let kernels = KernelTable<Double>.double
}
