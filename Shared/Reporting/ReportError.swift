/// A report, or a part of one, could not be made. The message names the file and what helps.
public struct ReportError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of thing went wrong.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// There is no such folder or file.
    public static let missing = Code(description: "missing")
    /// The file is there and cannot be read.
    public static let unreadable = Code(description: "unreadable")
    /// The file contradicts its format.
    public static let malformed = Code(description: "malformed")
    /// The file cannot be written.
    public static let unwritable = Code(description: "unwritable")
    /// The picture cannot be drawn.
    public static let undrawable = Code(description: "undrawable")
  }

  public let code: Code
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
