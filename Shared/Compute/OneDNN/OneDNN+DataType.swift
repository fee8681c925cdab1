internal import COneDNN

extension OneDNN {
  /// The element types that primitives calculate with.
  public enum DataType: Sendable, CaseIterable {
    case float32, float16
    /// The upper half of a float32: eight bits of exponent, seven of fraction.
    case bfloat16
    case int32, int8, uint8

    var raw: dnnl_data_type_t {
      switch self {
      case .float32: dnnl_f32
      case .float16: dnnl_f16
      case .bfloat16: dnnl_bf16
      case .int32: dnnl_s32
      case .int8: dnnl_s8
      case .uint8: dnnl_u8
      }
    }

    init(raw: dnnl_data_type_t) {
      guard let type = Self.allCases.first(where: { $0.raw == raw }) else {
        preconditionFailure("no argument has the data type \(raw)")
      }
      self = type
    }

    /// Bytes of one element.
    public var byteCount: Int {
      switch self {
      case .float32, .int32: 4
      case .float16, .bfloat16: 2
      case .int8, .uint8: 1
      }
    }
  }
}
