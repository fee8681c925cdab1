/// An encoder cannot be loaded, imported or run.
public struct EncoderError: Error, Sendable, CustomStringConvertible {
  /// What kind of thing went wrong.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// No such encoder, or no such file.
    public static let missing = Code(description: "missing")
    /// The weights are not those that belong there.
    public static let mismatch = Code(description: "mismatch")
    /// A name, an option or an input that makes no sense.
    public static let invalid = Code(description: "invalid")
    /// The file system or oneDNN failed.
    public static let failed = Code(description: "failed")
  }

  public let code: Code
  public let message: String

  public init(code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
