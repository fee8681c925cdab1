public import GRPCCore

/// Why bytes are not the message that was expected, or a value cannot be written.
public struct MessagePackError: Error, Hashable, Sendable, CustomStringConvertible {
  public var code: Code
  /// What is wrong, for people.
  public var message: String
  /// Where in the message: map keys joined by ".", array positions in brackets; empty at the top.
  public var keyPath: String

  public init(code: Code, message: String, keyPath: String = "") {
    self.code = code
    self.message = message
    self.keyPath = keyPath
  }

  public var description: String {
    keyPath.isEmpty ? "\(code): \(message)" : "\(code): \(keyPath): \(message)"
  }

  /// The same error seen from the value that contains the map which holds `key`.
  func inside(key: String) -> MessagePackError {
    inside(component: key)
  }

  /// The same error seen from the value that contains the array which holds element `index`.
  func inside(index: Int) -> MessagePackError {
    inside(component: "[\(index)]")
  }

  private func inside(component: String) -> MessagePackError {
    var error = self
    let separator = keyPath.isEmpty || keyPath.hasPrefix("[") ? "" : "."
    error.keyPath = component + separator + keyPath
    return error
  }
}

extension MessagePackError {
  /// A stable name for the kind of error.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// The bytes end before the value does.
    public static let truncated = Code(description: "TRUNCATED")
    /// The bytes are not msgpack, or go on after the value.
    public static let malformed = Code(description: "MALFORMED")
    /// The value is deeper, longer or has more items than the limits allow.
    public static let limitExceeded = Code(description: "LIMIT_EXCEEDED")
    /// A required key is not in the map.
    public static let missingKey = Code(description: "MISSING_KEY")
    /// The value has another type than the one asked for.
    public static let wrongType = Code(description: "WRONG_TYPE")
    /// The value has the right type but not a sense: out of range, not UTF-8, a false shape.
    public static let invalidValue = Code(description: "INVALID_VALUE")
    /// The value to write is larger than msgpack's 32-bit lengths.
    public static let tooLarge = Code(description: "TOO_LARGE")
  }
}

/// A peer that sent the wrong bytes gets `INVALID_ARGUMENT`, or `RESOURCE_EXHAUSTED` for too many.
extension MessagePackError: RPCErrorConvertible {
  public var rpcErrorCode: RPCError.Code {
    code == .limitExceeded || code == .tooLarge ? .resourceExhausted : .invalidArgument
  }

  public var rpcErrorMessage: String { description }
}
