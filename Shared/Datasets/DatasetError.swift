/// Why data could not be read or written. The message names the file and says what to do.
public struct DatasetError: Error, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// The file is missing or cannot be opened.
    case unreadable
    /// The file cannot be written.
    case unwritable
    /// The file is not what it claims to be.
    case malformed
    /// The file was made for something else: another encoder, other images.
    case mismatch
    /// The file lacks something that was asked for.
    case missing
  }
  public var code: Code
  public var message: String
  public var description: String { message }

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
