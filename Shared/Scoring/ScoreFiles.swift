/// Hypotheses with their references, as two files give them.
///
/// The files are either lines of text (a hypothesis a line, and for each of them a line of
/// references separated by TABs) or COCO's JSON (a results file and an annotations file). Which one
/// a file is shows from its first characters.
public struct ScoreFiles: Sendable {
  /// What one score is computed from.
  public struct Item: Hashable, Sendable {
    public let candidate: String
    /// At least one, each with at least one word.
    public let references: [String]
  }

  /// In the order of the hypotheses' file; at least one.
  public let items: [Item]

  /// Pairs hypotheses with references.
  ///
  /// - Throws: ``ScoringError`` for bytes that are neither UTF-8 text nor COCO's JSON, for line
  ///   counts that differ, for a reference without words, and for images that are captioned twice
  ///   or are in one file only. The message names the file and the place.
  public init(candidates: File, references: File) throws(ScoringError) {
    switch (candidates.isJSON, references.isJSON) {
    case (false, false): items = try Self.lines(candidates, references)
    case (true, true): items = try Self.coco(candidates, references)
    case (let isJSON, _):
      let (json, text) = isJSON ? (candidates, references) : (references, candidates)
      throw ScoringError(
        .malformedFile,
        "\(text.name): is not JSON while \(json.name) is; give both as lines or both as COCO JSON")
    }
    if items.isEmpty {
      throw ScoringError(
        .noSentences, "\(candidates.name): holds no hypothesis; give at least one")
    }
  }
}
