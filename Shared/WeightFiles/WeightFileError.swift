/// A weight file could not be read or written.
public struct WeightFileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of thing went wrong.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// The file cannot be opened, mapped or read.
    public static let unreadable = Code(description: "unreadable")
    /// The file cannot be written; whatever was there before is still there.
    public static let unwritable = Code(description: "unwritable")
    /// Something is there already that is not to be replaced.
    public static let exists = Code(description: "exists")
    /// The bytes contradict the file's format.
    public static let malformed = Code(description: "malformed")
    /// The file is sound, but uses a part of its format that is not read here.
    public static let unsupported = Code(description: "unsupported")
    /// The file asks for objects that are not built here, since building them can run code.
    public static let refused = Code(description: "refused")
    /// The file goes beyond a limit that no honest weight file comes near.
    public static let tooLarge = Code(description: "too-large")
  }

  public let code: Code
  public let path: String
  public let message: String

  public init(code: Code, path: String, message: String) {
    self.code = code
    self.path = path
    self.message = message
  }

  public var description: String { "\(path): \(message)" }
}
