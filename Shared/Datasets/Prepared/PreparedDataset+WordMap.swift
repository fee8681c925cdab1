public import Vocabulary

extension PreparedDataset {
  /// Reads a word map: a JSON object with an id for each word.
  ///
  /// - Throws: ``DatasetError``.
  public static func readWordMap(_ path: String) throws(DatasetError) -> Vocabulary {
    var stream = try JSONStream(path: path)
    var words: [(word: String, id: Int)] = []
    try stream.members { stream, word throws(DatasetError) in
      words.append((word, try stream.integer()))
    }
    try stream.finish()
    do {
      return try Vocabulary(wordMap: words)
    } catch {
      throw DatasetError(.malformed, "\(path): is no word map: \(error)")
    }
  }

  /// Writes a word map as the tutorial's program does, beside its place, and renames it there.
  ///
  /// - Throws: ``DatasetError`` `unwritable`.
  public static func writeWordMap(
    _ vocabulary: Vocabulary, to path: String
  ) throws(DatasetError) {
    try writeWordMap(vocabulary, at: path + ".partial")
    try Storage.move(path + ".partial", to: path)
  }

  /// Writes a word map in place: in the order of the ids, `<pad>` last.
  static func writeWordMap(
    _ vocabulary: Vocabulary, at path: String
  ) throws(DatasetError) {
    var file = try PythonJSON(path: path)
    try file.sign("{")
    for (id, word) in vocabulary.words.enumerated() where id != vocabulary.padding {
      try file.write(word)
      try file.sign(": ")
      try file.write(id)
      try file.sign(", ")
    }
    try file.write(vocabulary.words[vocabulary.padding])
    try file.sign(": ")
    try file.write(vocabulary.padding)
    try file.sign("}")
    try file.finish()
  }
}
