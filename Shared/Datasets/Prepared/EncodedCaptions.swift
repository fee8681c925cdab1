import Vocabulary

/// The content of the files CAPTIONS and CAPLENS of one split: rows of `<start>`, words, `<end>`
/// and `<pad>`.
struct EncodedCaptions {
  /// The words of all captions, one after the other.
  private(set) var tokens: [Int32] = []
  /// Where each caption ends in ``tokens``.
  private(set) var ends: [Int] = []
  /// Words that a row has room for.
  private(set) var maximumLength = 0

  private let vocabulary: Vocabulary
  private let wordMap: String

  init(
    _ files: PreparedFiles, _ split: DatasetSplit, _ vocabulary: Vocabulary
  ) throws(DatasetError) {
    self.vocabulary = vocabulary
    wordMap = files.wordMap
    var lengths: [Int] = []
    var stream = try JSONStream(path: files.lengths(split))
    try stream.elements { stream, _ throws(DatasetError) in lengths.append(try stream.integer()) }
    try stream.finish()

    stream = try JSONStream(path: files.captions(split))
    try stream.elements { stream, number throws(DatasetError) in
      var row: [Int] = []
      try stream.elements { stream, place throws(DatasetError) in
        guard place < 1 << 16 else { throw stream.failure("a caption is too long") }
        row.append(try stream.integer())
      }
      guard number < lengths.count else {
        throw stream.failure("\(files.lengths(split)) has only \(lengths.count) lengths")
      }
      if number == 0 { maximumLength = row.count - 2 }
      try add(row, length: lengths[number], stream)
    }
    try stream.finish()
    guard ends.count == lengths.count else {
      throw DatasetError(
        .mismatch,
        "\(files.captions(split)): has \(ends.count) captions, but \(files.lengths(split)) has "
          + "\(lengths.count) lengths; are they of the same data?")
    }
  }

  private mutating func add(
    _ row: [Int], length: Int, _ stream: borrowing JSONStream
  ) throws(DatasetError) {
    guard row.count == maximumLength + 2, row.count > 2 else {
      throw stream.failure("a row of \(row.count) ids, but the first has \(maximumLength + 2)")
    }
    guard length >= 2 else {
      throw stream.failure("the caption's length by CAPLENS, with <start> and <end>, is \(length)")
    }
    guard length <= row.count else {
      throw stream.failure(
        "the caption has \(length - 2) words by CAPLENS, but there is room for \(maximumLength)")
    }
    for id in row where !(0..<vocabulary.count).contains(id) {
      throw stream.failure(
        "the id \(id) is none of the \(vocabulary.count) of \(wordMap); is the word map of the "
          + "same data?")
    }
    guard row[0] == vocabulary.start, row[length - 1] == vocabulary.end,
      row[length...].allSatisfy({ $0 == vocabulary.padding })
    else {
      throw stream.failure(
        "the caption does not stand between <start> (\(vocabulary.start)) and <end> "
          + "(\(vocabulary.end)) of \(wordMap); are the word map and CAPLENS of the same data?")
    }
    tokens += row[1..<length - 1].map(Int32.init)
    ends.append(tokens.count)
  }
}
