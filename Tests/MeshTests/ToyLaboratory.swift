import Datasets
import Features
import Foundation
import Tensor
import Testing

/// A small data set on disk, with cached features: an image's class decides its captions.
final class ToyLaboratory {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "captionmesh-laboratory-\(UUID().uuidString)")
  var karpathy: String { file("toy.json") }
  var cache: String { file("toy.h5") }

  private static let captions = [
    ["a red ball lies here", "one red ball"], ["a green cube lies there", "one green cube"],
    ["a blue ball rolls over there", "one blue ball"],
  ]

  init(train: Int = 60, encoder: String = "toy") throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var images: [(file: String, split: String, captions: [String])] = []
    for (split, count) in [("train", train), ("val", 6), ("test", 6)] {
      for _ in 0..<count {
        images.append(("\(images.count).jpg", split, Self.captions[images.count % 3]))
      }
    }
    try writeKarpathy(images)
    try writeCache(cache, count: images.count, encoder: encoder)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func file(_ name: String) -> String { folder.appending(path: name).path }

  /// Writes images and captions as a Karpathy JSON, by default ``karpathy``.
  func writeKarpathy(
    _ images: [(file: String, split: String, captions: [String])], to path: String? = nil
  ) throws {
    let entries = images.enumerated().map { index, image -> [String: Any] in
      [
        "filename": image.file, "imgid": index, "split": image.split,
        "sentences": image.captions.map { text -> [String: Any] in
          ["tokens": text.split(separator: " ").map(String.init), "raw": text]
        },
      ]
    }
    try JSONSerialization.data(withJSONObject: ["dataset": "toy", "images": entries])
      .write(to: URL(filePath: path ?? karpathy))
  }

  /// Features of all images, as if an encoder of that name had made them.
  func writeCache(_ path: String, count: Int, encoder: String) throws {
    let identity = FeatureIdentity(
      encoder: encoder, weightsHash: "weights of \(encoder)", preprocessing: "toy", gridHeight: 1,
      gridWidth: 2, channels: 4)
    let names = (0..<count).map { "\($0).jpg" }
    let writer = try FeatureCacheWriter(path: path, names: names, identity: identity)
    for index in 0..<count {
      let noise = Float16(index % 7) / 50
      try writer.append(
        Tensor([2, 4], (0..<8).map { Float16($0 % 4 == index % 3 ? 1 : 0) + noise }))
    }
    try writer.finish()
  }

  /// The arguments of a short training.
  func train(_ run: String, _ more: [String] = []) -> [String] {
    [
      "train", "--karpathy", karpathy, "--features", cache, "--output", file(run), "--hidden", "16",
      "--embedding", "8", "--attention", "8", "--min-word-frequency", "0", "--epochs", "3",
      "--batch", "4", "--threads", "2", "--learning-rate", "0.01", "--warmup", "5",
    ] + more
  }
}
