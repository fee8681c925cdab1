import Datasets
import Tensor

/// The images of one split with their captions and where the cache has their features.
struct CaptionedImages: Sendable {
  /// For each image its captions, as words.
  let tokens: [[[String]]]
  /// How many feature maps an image has: 2 where the cache has those of all mirror images as well.
  let views: Int
  /// A feature map of an image by its index and view.
  let features: @Sendable (_ image: Int, _ view: Int) throws -> Tensor

  /// - Throws: ``DatasetError`` when the split is empty or the cache lacks one of its images.
  init(_ dataset: KarpathyDataset, split: String, cache: FeatureCache) throws(DatasetError) {
    let images = try dataset.filledImages(of: split)
    var rows: [Int] = []
    for image in images {
      guard let row = cache.row(of: image.path) else {
        throw DatasetError(
          .mismatch,
          "the feature cache has no \(image.path); make it with `captionmesh features` from the "
            + "same Karpathy JSON")
      }
      rows.append(row)
    }
    tokens = images.map { $0.sentences.map(\.tokens) }
    let mirrored = images.compactMap { cache.row(of: FeatureView.mirrored($0.path)) }
    views = mirrored.count == rows.count ? 2 : 1
    features = { [rows] image, view in
      try cache.features(row: view == 0 ? rows[image] : mirrored[image])
    }
  }
}
