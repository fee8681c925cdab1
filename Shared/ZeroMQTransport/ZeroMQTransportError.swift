import CZeroMQ

/// Why a transport could not start or go on.
public struct ZeroMQTransportError: Error, Hashable, Sendable, CustomStringConvertible {
  public var code: Code
  /// What is wrong and what to do about it, for people.
  public var message: String

  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { "\(code): \(message)" }
}

extension ZeroMQTransportError {
  /// A stable name for the kind of error.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// The address is not one that the transport can use.
    public static let invalidAddress = Code(description: "INVALID_ADDRESS")
    /// A live server has the address already.
    public static let addressInUse = Code(description: "ADDRESS_IN_USE")
    /// The address cannot be bound for another reason.
    public static let cannotBind = Code(description: "CANNOT_BIND")
    /// The address can be reached from other machines, and there are no keys.
    public static let keysNeeded = Code(description: "KEYS_NEEDED")
    /// The transport was started before, or has been shut down.
    public static let notStartable = Code(description: "NOT_STARTABLE")
    /// libzmq or the operating system refused something that ought to work.
    public static let system = Code(description: "SYSTEM")
  }

  static func addressInUse(_ address: ZeroMQAddress) -> ZeroMQTransportError {
    ZeroMQTransportError(
      code: .addressInUse,
      message: "a live server has \(address) already; stop it or choose another address")
  }

  static func keysNeeded(_ address: ZeroMQAddress, whose: String) -> ZeroMQTransportError {
    ZeroMQTransportError(
      code: .keysNeeded,
      message: "\(address) can be reached from other machines, and \(whose) has no key for it; "
        + "`captionmesh keys --help` says how keys are made and used")
  }

  /// What libzmq says about the call that failed last on this thread.
  static func lastError(_ operation: String, code: Code = .system) -> ZeroMQTransportError {
    let reason = unsafe String(cString: zmq_strerror(zmq_errno()))
    return ZeroMQTransportError(code: code, message: "\(operation): \(reason)")
  }
}
