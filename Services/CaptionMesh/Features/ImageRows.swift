import Datasets
import Imaging
import Tensor

/// The images whose features a cache holds, in the order of its rows.
struct ImageRows: Sendable {
  let names: [String]
  /// An image as an encoder takes it, float32 [3, H, W].
  let tensor: @Sendable (_ row: Int, Preprocessing) throws -> Tensor

  /// The images of a Karpathy JSON, and the mirror images of its training split after them.
  init(_ dataset: KarpathyDataset, folder: String, mirror: Bool) {
    let paths = dataset.images.map(\.path)
    let mirrored = mirror ? dataset.images(of: "train").map(\.path) : []
    names = paths + mirrored.map(FeatureView.mirrored)
    tensor = { row, preprocessing in
      let isMirrored = row >= paths.count
      let path = isMirrored ? mirrored[row - paths.count] : paths[row]
      let image = try ImageFile.tensor("\(folder)/\(path)", preprocessing, .preparing)
      return isMirrored ? FeatureView.mirror(image) : image
    }
  }

  /// The images of a prepared data set, split by split, and the mirror images of TRAIN after them.
  init(_ data: PreparedDataset, mirror: Bool) {
    var places: [(split: PreparedSplit, index: Int, isMirrored: Bool)] = []
    for split in data.available {
      for index in 0..<split.count { places.append((split, index, false)) }
    }
    if mirror, let train = try? data.split(.train) {
      for index in 0..<train.count { places.append((train, index, true)) }
    }
    names = places.map { split, index, isMirrored in
      let name = split.name(ofImage: index)
      return isMirrored ? FeatureView.mirrored(name) : name
    }
    tensor = { [places] row, preprocessing in
      let (split, index, isMirrored) = places[row]
      let image = preprocessing.tensor(of: Image(planes: try split.image(index)))
      return isMirrored ? FeatureView.mirror(image) : image
    }
  }
}
