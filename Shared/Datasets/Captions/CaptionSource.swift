/// Where captions and the split of their images come from.
public enum CaptionSource: Sendable {
  /// Karpathy's JSON, which has both.
  case karpathy(path: String)
  /// One's own table: CSV with the columns `image` and `caption`, or JSON Lines with these keys.
  case table(path: String, split: OwnSplit)

  /// How the images of one's own table are divided.
  public enum OwnSplit: Sendable {
    /// By files that list images, one path a line.
    case lists(train: String, val: String, test: String)
    /// By shares of all images, drawn in the order of `random.Random(seed).shuffle(images)`: the
    /// first for testing, the next for validation, the rest for training.
    case fractions(val: Double, test: Double, seed: UInt64)
  }
}

extension CaptionSource {
  /// What was read: the captions, and what was left out.
  struct Contents: Sendable {
    var corpus = CaptionCorpus()
    /// The data set's name, where the file says it.
    var name: String?
    /// Captions of one's own table that have no word.
    var wordlessCaptions = 0
    /// Images of one's own table that no list names.
    var unlistedImages = 0
  }

  /// - Throws: ``DatasetError``, naming the file and the place where it is wrong.
  func read() throws(DatasetError) -> Contents {
    switch self {
    case .karpathy(let path):
      var corpus = CaptionCorpus()
      let name = try KarpathyDataset.read(path: path) { image in
        corpus.images.append(
          CaptionCorpus.Image(
            path: image.path, split: DatasetSplit(karpathy: image.split),
            captions: image.sentences.map { corpus.add($0.tokens) }))
      }
      return Contents(corpus: corpus, name: name)
    case .table(let path, let split):
      return try Self.read(CaptionTable(path: path), path, split)
    }
  }

  private static func read(
    _ table: CaptionTable, _ path: String, _ split: OwnSplit
  ) throws(DatasetError) -> Contents {
    let paths = table.images.map(\.path)
    let splits = try split.splits(of: paths, table: path)
    var contents = Contents()
    for (image, split) in zip(table.images, splits) {
      guard let split else {
        contents.unlistedImages += 1
        continue
      }
      var captions: [Int32] = []
      for caption in image.captions {
        let words = CaptionWords.words(of: caption)
        if words.isEmpty {
          contents.wordlessCaptions += 1
        } else {
          captions.append(contents.corpus.add(words))
        }
      }
      contents.corpus.images.append(
        CaptionCorpus.Image(path: image.path, split: split, captions: captions))
    }
    return contents
  }
}

extension CaptionSource.OwnSplit {
  /// The split of each image of a table; nil for those that no list names.
  fileprivate func splits(
    of paths: [String], table: String
  ) throws(DatasetError) -> [DatasetSplit?] {
    switch self {
    case .fractions(let val, let test, let seed):
      let testCount = Int((Double(paths.count) * test).rounded())
      let valCount = Int((Double(paths.count) * val).rounded())
      guard testCount + valCount < paths.count else {
        throw DatasetError(
          .malformed,
          "\(table): of its \(paths.count) images \(valCount) would validate and \(testCount) test, "
            + "which leaves none to train on; choose smaller shares")
      }
      var order = Array(paths.indices)
      var generator = MersenneTwister(seed: seed)
      generator.shuffle(&order)
      var splits = [DatasetSplit?](repeating: .train, count: paths.count)
      for index in order[..<testCount] { splits[index] = .test }
      for index in order[testCount..<testCount + valCount] { splits[index] = .val }
      return splits
    case .lists(let train, let val, let test):
      var places: [[UInt8]: Int] = [:]
      for (index, path) in paths.enumerated() { places[Array(path.utf8)] = index }
      var splits = [DatasetSplit?](repeating: nil, count: paths.count)
      for (list, split) in [(train, DatasetSplit.train), (val, .val), (test, .test)] {
        for path in try Self.lines(of: list) {
          guard let place = places[Array(path.utf8)] else {
            throw DatasetError(
              .missing, "\(list): lists \(path), of which \(table) has no caption")
          }
          if let other = splits[place], other != split {
            throw DatasetError(
              .malformed, "\(list): lists \(path), which another list has for \(other.rawValue)")
          }
          splits[place] = split
        }
      }
      return splits
    }
  }

  private static func lines(of path: String) throws(DatasetError) -> [String] {
    let bytes = try ByteStream(path: path)
    var lines: [String] = []
    var line: [UInt8] = []
    while true {
      let byte = try bytes.take()
      if let byte, byte != 0x0A {
        guard line.count < 1 << 16 else {
          throw DatasetError(.malformed, "\(path): a line is too long for a path")
        }
        line.append(byte)
        continue
      }
      if line.last == 0x0D { line.removeLast() }
      if !line.isEmpty { lines.append(String(decoding: line, as: UTF8.self)) }
      line = []
      if byte == nil { return lines }
    }
  }
}
