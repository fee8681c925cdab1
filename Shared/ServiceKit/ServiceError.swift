/// Why a process cannot start or go on.
public struct ServiceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of error.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// The configuration makes no sense.
    public static let configuration = Code(description: "CONFIGURATION")
    /// The dispatcher does not want this worker, now or later.
    public static let refused = Code(description: "REFUSED")
    /// The runtime directory cannot be trusted or used.
    public static let runtimeDirectory = Code(description: "RUNTIME_DIRECTORY")
    /// The operating system did not give what was asked for.
    public static let system = Code(description: "SYSTEM")
  }

  public var code: Code
  /// What is wrong and what to do about it; names the file.
  public var message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
