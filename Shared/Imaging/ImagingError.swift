/// Why a file did not become an image.
public struct ImagingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of failure.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// There are no bytes.
    public static let empty = Code(description: "empty")
    /// The bytes are not a JPEG or PNG file, or of a kind that is not read.
    public static let unsupportedFormat = Code(description: "unsupported-format")
    /// The header promises more pixels than the limit.
    public static let tooLarge = Code(description: "too-large")
    /// The file ends before the image does.
    public static let truncated = Code(description: "truncated")
    /// The data contradict the format.
    public static let unreadable = Code(description: "unreadable")
  }

  public let code: Code
  /// One line for people: the file, what is wrong with it and what helps.
  public let message: String

  init(_ code: Code, name: String, _ reason: String) {
    self.code = code
    self.message = "\(name): \(reason)"
  }

  public var description: String { message }
}
