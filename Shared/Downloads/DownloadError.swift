/// Why a file could not be downloaded. The message names the address and says what to do.
public struct DownloadError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// The address is none that is taken.
    case badAddress
    /// There was no connection, or not to who should have answered.
    case unreachable
    /// The server answered that it will not give the file.
    case refused
    /// The connection broke, or nothing came for too long.
    case interrupted
    /// What came is not the file that it should be.
    case mismatch
    /// The file cannot be written.
    case unwritable
  }
  public var code: Code
  public var message: String
  public var description: String { message }

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
