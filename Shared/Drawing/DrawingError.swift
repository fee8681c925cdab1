/// A picture could not be made.
public struct DrawingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of thing went wrong.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// The picture has no pixels, or more than a surface can hold.
    public static let badSize = Code(description: "bad-size")
    /// Cairo gave up; the message has its words.
    public static let failed = Code(description: "failed")
  }

  public let code: Code
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
