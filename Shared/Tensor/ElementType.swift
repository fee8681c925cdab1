/// The element types that tensors hold in memory, in files and in messages.
public enum ElementType: String, Sendable, CaseIterable {
  case float16, float32, float64
  case uint8, int8, int32, int64

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .uint8, .int8: 1
    case .float16: 2
    case .float32, .int32: 4
    case .float64, .int64: 8
    }
  }
}

/// A Swift type that a ``Tensor`` can hold.
public protocol TensorElement: BitwiseCopyable, Sendable {
  static var elementType: ElementType { get }
}

extension Float16: TensorElement { public static var elementType: ElementType { .float16 } }
extension Float: TensorElement { public static var elementType: ElementType { .float32 } }
extension Double: TensorElement { public static var elementType: ElementType { .float64 } }
extension UInt8: TensorElement { public static var elementType: ElementType { .uint8 } }
extension Int8: TensorElement { public static var elementType: ElementType { .int8 } }
extension Int32: TensorElement { public static var elementType: ElementType { .int32 } }
extension Int64: TensorElement { public static var elementType: ElementType { .int64 } }
