extension ScoreFiles {
  static func lines(_ candidates: File, _ references: File) throws(ScoringError) -> [Item] {
    let candidateLines = try candidates.lines()
    let referenceLines = try references.lines()
    if candidateLines.count != referenceLines.count {
      let candidatesEnd = candidateLines.count < referenceLines.count
      let (short, long) = candidatesEnd ? (candidates, references) : (references, candidates)
      let (last, lines) =
        candidatesEnd
        ? (candidateLines.count, referenceLines.count)
        : (referenceLines.count, candidateLines.count)
      throw ScoringError(
        .countMismatch,
        """
        \(short.name):\(last): is its last line, but \(long.name) has \(lines); give a line of \
        references, separated by TABs, for each hypothesis
        """)
    }
    var items: [Item] = []
    items.reserveCapacity(candidateLines.count)
    for (index, line) in referenceLines.enumerated() {
      let texts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      if let empty = texts.firstIndex(where: { Tokenization.none.words(of: $0).isEmpty }) {
        throw ScoringError(
          .emptyReference,
          """
          \(references.name):\(index + 1): reference \(empty + 1) of \(texts.count) is empty; \
          write it or remove its TAB
          """)
      }
      items.append(Item(candidate: candidateLines[index], references: texts))
    }
    return items
  }
}

extension ScoreFiles.File {
  /// The lines, without what ends them. A line feed at the very end starts no further line.
  func lines() throws(ScoringError) -> [String] {
    var lines = text.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    var texts: [String] = []
    texts.reserveCapacity(lines.count)
    for (index, line) in lines.enumerated() {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      guard let text = String(validating: line, as: UTF8.self) else {
        throw ScoringError(
          .malformedFile, "\(name):\(index + 1): is not UTF-8; save the file in that encoding")
      }
      texts.append(text)
    }
    return texts
  }
}
