/// What went wrong with scores or with the files that they are computed from.
public struct ScoringError: Error, Hashable, Sendable, CustomStringConvertible {
  public let code: Code
  /// Names the file, the place in it and the remedy.
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }

  /// The kinds of errors; stable from version to version.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    private init(_ description: String) { self.description = description }

    /// There is nothing to score.
    public static let noSentences = Code("noSentences")
    /// The definition gives no number for these sentences.
    public static let undefinedScore = Code("undefinedScore")
    /// No such definition of BLEU.
    public static let unknownMethod = Code("unknownMethod")
    /// A file cannot be read.
    public static let unreadableFile = Code("unreadableFile")
    /// A file's bytes are not what its form asks for.
    public static let malformedFile = Code("malformedFile")
    /// The two files do not have a line for each other's lines.
    public static let countMismatch = Code("countMismatch")
    /// A reference holds no word.
    public static let emptyReference = Code("emptyReference")
    /// An image is captioned twice.
    public static let duplicateImage = Code("duplicateImage")
    /// An image of one file is not in the other.
    public static let missingImage = Code("missingImage")
  }
}
