/// Why keys cannot be made, read or used. It never says what is in a secret key.
public struct SecurityError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of error.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// There is no key where one is needed.
    public static let missing = Code(description: "MISSING")
    /// A file or folder is open to others than its owner.
    public static let exposed = Code(description: "EXPOSED")
    /// A file is not what it should be.
    public static let malformed = Code(description: "MALFORMED")
    /// What is to be made is there already; nothing is overwritten.
    public static let exists = Code(description: "EXISTS")
    /// A name that cannot be, or that nobody has.
    public static let badName = Code(description: "BAD_NAME")
    /// The operating system refused something.
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
