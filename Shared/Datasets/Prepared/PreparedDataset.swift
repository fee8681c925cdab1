import Glibc
public import Vocabulary

/// A prepared data set: the ten files that ``DataPreparation`` or sgrvinod's tutorial makes.
public struct PreparedDataset: Sendable {
  public let files: PreparedFiles
  public let vocabulary: Vocabulary
  public let captionsPerImage: Int
  /// Captions have at most so many words.
  public let maximumLength: Int
  private let splits: [DatasetSplit: PreparedSplit]

  /// Opens the data set in a folder and checks that its files belong together. All captions are
  /// read, images are not.
  ///
  /// - Parameters:
  ///   - folder: where its files are.
  ///   - base: what the files' names share; nil where the folder has one data set.
  /// - Throws: ``DatasetError``, naming the file and what is wrong with it.
  public init(folder: String, base: String? = nil) throws(DatasetError) {
    let found = if let base { base } else { try Self.base(in: folder) }
    let files = PreparedFiles(folder: folder, base: found)
    let vocabulary = try Self.readWordMap(files.wordMap)
    var splits: [DatasetSplit: PreparedSplit] = [:]
    for split in DatasetSplit.allCases {
      let parts = [files.images(split), files.captions(split), files.lengths(split)]
      let found = parts.filter(Storage.exists)
      if found.isEmpty { continue }
      guard found.count == parts.count else {
        let missing = parts.first { !found.contains($0) } ?? ""
        throw DatasetError(
          .missing, "\(missing): is missing, but \(found[0]) is there; prepare the data again")
      }
      splits[split] = try PreparedSplit(split, files, vocabulary)
    }
    guard let first = splits.values.max(by: { $0.count < $1.count }) else {
      throw DatasetError(
        .missing, "\(folder): has a word map, but no images; prepare the data again")
    }
    for split in splits.values where split.captionsPerImage != first.captionsPerImage {
      throw DatasetError(
        .mismatch,
        "\(files.images(split.split)): has \(split.captionsPerImage) captions for an image, but "
          + "\(files.images(first.split)) \(first.captionsPerImage); they are of different data")
    }
    self.files = files
    self.vocabulary = vocabulary
    self.captionsPerImage = first.captionsPerImage
    self.maximumLength = splits.values.map(\.maximumLength).max() ?? 0
    self.splits = splits
  }

  /// The splits that there are, in the order TRAIN, VAL, TEST.
  public var available: [PreparedSplit] { DatasetSplit.allCases.compactMap { splits[$0] } }

  /// - Throws: ``DatasetError`` `missing`.
  public func split(_ split: DatasetSplit) throws(DatasetError) -> PreparedSplit {
    guard let found = splits[split], found.count > 0 else {
      throw DatasetError(.missing, "\(files.folder): has no images of \(split.rawValue)")
    }
    return found
  }

  /// What the names of the files in a folder share.
  private static func base(in folder: String) throws(DatasetError) -> String {
    guard let directory = unsafe opendir(folder) else {
      throw DatasetError(.unreadable, "\(folder): is no folder that can be read")
    }
    defer { unsafe _ = closedir(directory) }
    var bases: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasPrefix("WORDMAP_"), name.hasSuffix(".json") {
        bases.append(String(name.dropFirst("WORDMAP_".count).dropLast(".json".count)))
      }
    }
    guard let base = bases.first else {
      throw DatasetError(
        .missing, "\(folder): has no WORDMAP_….json; prepare data with `captionmesh prepare`")
    }
    guard bases.count == 1 else {
      throw DatasetError(
        .mismatch,
        "\(folder): has several data sets, \(bases.sorted().joined(separator: ", ")); "
          + "name one of them")
    }
    return base
  }
}
