import Features
import Foundation
import Tensor

@testable import Datasets

extension FuzzTarget {
  /// The images of prepared data.
  static let preparedImages: FuzzTarget = {
    let folder = PreparedFolder()
    return FuzzTarget(
      name: "prepared-images", maximumLength: 16_384, isForeign: true,
      tokens: ["TREE", "HEAP", "SNOD", "images", "captions_per_image"],
      seeds: { [try images(1), try images(2)] },
      parse: { bytes in
        folder.images.fill(bytes)
        folder.captions.fill("[[3, 1, 4]]")
        folder.lengths.fill("[3]")
        let split = try PreparedSplit(.train, folder.files, folder.vocabulary)
        _ = try split.image(0)
      })
  }()

  static let featureCache: FuzzTarget = {
    let file = ScratchFile()
    return FuzzTarget(
      name: "feature-cache", maximumLength: 16_384, isForeign: true,
      tokens: [
        "TREE", "HEAP", "SNOD", "features", "names", "rows", "grid",
      ],
      seeds: { [try cache()] },
      parse: { bytes in
        file.fill(bytes)
        let cache = try FeatureCache(path: file.path)
        if !cache.names.isEmpty { _ = try cache.features(row: 0) }
      })
  }()

  /// A file whose images were never written, which leaves them without a place.
  private static func images(_ captions: Int) throws -> [UInt8] {
    try made { path in
      let file = try HDF5File(path, .create)
      _ = try file.createDataset("images", .uint8, extents: [1, 3, 256, 256])
      try file.setAttribute("captions_per_image", captions)
    }
  }

  private static func cache() throws -> [UInt8] {
    let identity = FeatureIdentity(
      encoder: "small", weightsHash: "abc", preprocessing: "rgb", gridHeight: 2, gridWidth: 3,
      channels: 5)
    return try made { path in
      let writer = try FeatureCacheWriter(
        path: path, names: ["a.jpg", "b.jpg"], identity: identity)
      for row in 0..<2 { try writer.append(Tensor([6, 5], (0..<30).map { Float16(row + $0) })) }
      try writer.finish()
    }
  }
}
