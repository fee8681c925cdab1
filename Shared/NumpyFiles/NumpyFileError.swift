/// Why a `.npy` file could not be read or written.
public struct NumpyFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of failure.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// The file cannot be opened or read.
    public static let unreadable = Code(description: "unreadable")
    /// The bytes are not a `.npy` file, or not all of one.
    public static let malformed = Code(description: "malformed")
    /// A sound file, of a kind that is not read.
    public static let unsupported = Code(description: "unsupported")
    /// The file cannot be made, or the disk is full.
    public static let unwritable = Code(description: "unwritable")
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
