public import Tensor

/// The element types that weight files hold.
enum StoredType: String, CaseIterable {
  case float16 = "F16"
  case bfloat16 = "BF16"
  case float32 = "F32"
  case float64 = "F64"
  case uint8 = "U8"
  case int8 = "I8"
  case int32 = "I32"
  case int64 = "I64"
  case bool = "BOOL"

  /// Bytes of one element in the file.
  var byteCount: Int { self == .bfloat16 ? 2 : elementType.byteCount }

  /// The element type in memory: bfloat16 is widened to float32, a truth value is a byte.
  var elementType: ElementType {
    switch self {
    case .float16: .float16
    case .bfloat16, .float32: .float32
    case .float64: .float64
    case .uint8, .bool: .uint8
    case .int8: .int8
    case .int32: .int32
    case .int64: .int64
    }
  }

  /// How an element type in memory is written.
  init(_ elementType: ElementType) {
    self =
      switch elementType {
      case .float16: .float16
      case .float32: .float32
      case .float64: .float64
      case .uint8: .uint8
      case .int8: .int8
      case .int32: .int32
      case .int64: .int64
      }
  }
}

extension ElementType {
  /// The type's name in safetensors files, such as "F32".
  public var safetensorsName: String { StoredType(self).rawValue }
}
