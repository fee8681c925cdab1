import Datasets
import Imaging
import Vocabulary

/// The images of one split with their captions, wherever they come from.
struct CaptionedSplit: Sendable {
  /// What each image is called in feature caches and results.
  let names: [String]
  /// The numbers by which COCO results name the images.
  let identifiers: [Int]
  /// For each image its captions, as words.
  let words: [[[String]]]
  /// The photograph itself.
  let image: @Sendable (_ index: Int) throws -> Image

  var count: Int { names.count }

  /// A split of a Karpathy JSON, whose images lie in a folder; nil where they are not to be read.
  ///
  /// - Throws: ``DatasetError`` for a split without images.
  init(_ dataset: KarpathyDataset, split: String, folder: String?) throws(DatasetError) {
    let images = dataset.images(of: split)
    if images.isEmpty {
      throw DatasetError(
        .missing,
        "the data set has no image of split “\(split)”; it has "
          + dataset.splits.joined(separator: ", "))
    }
    names = images.map(\.path)
    identifiers = images.map(\.identifier)
    words = images.map { $0.sentences.map(\.tokens).filter { !$0.isEmpty } }
    image = { [names] in try ImageFile.image("\(folder ?? ".")/\(names[$0])", .serving) }
    try checkCaptions()
  }

  /// A split of a prepared data set. Words that its word map lacks are `<unk>`.
  ///
  /// - Throws: ``DatasetError`` for a split without images.
  init(_ dataset: PreparedDataset, split: String) throws(DatasetError) {
    guard let known = DatasetSplit(rawValue: split.uppercased()) else {
      throw DatasetError(
        .missing, "prepared data have the splits train, val and test, not \(split)")
    }
    let images = try dataset.split(known)
    names = (0..<images.count).map(images.name)
    identifiers = Array(0..<images.count)
    words = (0..<images.count).map { index in
      images.captions(ofImage: index).map(dataset.vocabulary.words).filter { !$0.isEmpty }
    }
    image = { Image(planes: try images.image($0)) }
    try checkCaptions()
  }

  private func checkCaptions() throws(DatasetError) {
    if let bare = words.firstIndex(where: \.isEmpty) {
      throw DatasetError(
        .malformed, "image \(names[bare]) has no caption; remove it or give it one")
    }
  }

  /// How often each word stands in the captions.
  var wordCounts: [String: Int] {
    words.joined().joined().reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  // MARK: Cached features

  /// Where a cache has the images.
  ///
  /// - Throws: ``DatasetError`` when it lacks one.
  func rows(in cache: FeatureCache) throws(DatasetError) -> [Int] {
    var rows: [Int] = []
    for name in names {
      guard let row = cache.row(of: name) else {
        throw DatasetError(
          .mismatch,
          "the feature cache has no \(name); make it with `captionmesh features` from the same data"
        )
      }
      rows.append(row)
    }
    return rows
  }

  /// Where a cache has the images' other views, for each view that it has of all of them.
  func viewRows(in cache: FeatureCache) -> [[Int]] {
    func rows(_ variant: TrainingViews.Variant) -> [Int]? {
      let rows = names.compactMap { cache.row(of: variant.name(of: $0)) }
      return rows.count == names.count ? rows : nil
    }
    let mirrored = rows(.mirrored).map { [$0] } ?? []
    let crops = (1...).lazy.map { rows(.crop($0)) }.prefix { $0 != nil }.compactMap { $0 }
    return mirrored + crops
  }
}
