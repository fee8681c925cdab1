/// The names of the ten files of a prepared data set, as sgrvinod's tutorial has them.
public struct PreparedFiles: Sendable, Hashable {
  public let folder: String
  /// What all names share: `{name}_{captions per image}_cap_per_img_{frequency}_min_word_freq`.
  public let base: String

  public init(folder: String, base: String) {
    self.folder = folder
    self.base = base
  }

  init(folder: String, name: String, captionsPerImage: Int, minimumFrequency: Int) {
    self.init(
      folder: folder,
      base: "\(name)_\(captionsPerImage)_cap_per_img_\(minimumFrequency)_min_word_freq")
  }

  public func images(_ split: DatasetSplit) -> String {
    "\(folder)/\(split.rawValue)_IMAGES_\(base).hdf5"
  }
  public func captions(_ split: DatasetSplit) -> String {
    "\(folder)/\(split.rawValue)_CAPTIONS_\(base).json"
  }
  public func lengths(_ split: DatasetSplit) -> String {
    "\(folder)/\(split.rawValue)_CAPLENS_\(base).json"
  }
  public var wordMap: String { "\(folder)/WORDMAP_\(base).json" }

  /// All ten, the word map last: where it is, the others are.
  public var all: [String] {
    DatasetSplit.allCases.map(images) + DatasetSplit.allCases.map(captions)
      + DatasetSplit.allCases.map(lengths) + [wordMap]
  }
}
