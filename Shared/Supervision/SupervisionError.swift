import Glibc

/// Why the mesh's processes cannot be looked after.
public struct SupervisionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of error.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// The operating system refused.
    public static let system = Code(description: "SYSTEM")
    /// Another supervisor holds the runtime directory.
    public static let alreadyRunning = Code(description: "ALREADY_RUNNING")
    /// There is no such stage, or it cannot have so many processes.
    public static let invalidCount = Code(description: "INVALID_COUNT")
    /// A program of the mesh is not where it should be.
    public static let missingProgram = Code(description: "MISSING_PROGRAM")
  }

  public var code: Code
  /// What is wrong and what to do about it; names the file.
  public var message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// What a system call reported by an errno.
  static func system(_ what: String, _ status: Int32 = errno) -> SupervisionError {
    SupervisionError(.system, "\(what): \(unsafe String(cString: strerror(status)))")
  }

  public var description: String { message }
}
