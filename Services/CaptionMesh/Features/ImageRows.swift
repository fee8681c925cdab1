import Datasets
import Imaging
import Tensor

/// The images whose features a cache holds, in the order of its rows.
struct ImageRows: Sendable {
  let names: [String]
  /// An image as an encoder takes it, float32 [3, H, W].
  let tensor: @Sendable (_ row: Int, Preprocessing) throws -> Tensor

  /// Where an image of a row comes from.
  private struct Place {
    var name: String
    /// Whether it is of the training split, of which there are views.
    var learns: Bool
    var image: @Sendable () throws -> Image
  }

  /// The images of a Karpathy JSON, and the views of its training split after them.
  init(_ dataset: KarpathyDataset, folder: String, views: TrainingViews) {
    let training = Set(dataset.images(of: "train").map(\.path))
    self.init(
      dataset.images.map { image in
        let path = image.path
        return Place(name: path, learns: training.contains(path)) {
          try ImageFile.image("\(folder)/\(path)", .preparing)
        }
      }, views)
  }

  /// The images of a prepared data set, split by split, and the views of TRAIN after them.
  init(_ data: PreparedDataset, views: TrainingViews) {
    self.init(
      data.available.flatMap { split in
        (0..<split.count).map { index in
          Place(name: split.name(ofImage: index), learns: split.split == .train) {
            Image(planes: try split.image(index))
          }
        }
      }, views)
  }

  private init(_ places: [Place], _ views: TrainingViews) {
    let learned = places.filter(\.learns)
    let variants = views.variants.flatMap { variant in
      learned.enumerated().map { (variant: variant, index: $0, place: $1) }
    }
    names = places.map(\.name) + variants.map { $0.variant.name(of: $0.place.name) }
    tensor = { row, preprocessing in
      if row < places.count { return preprocessing.tensor(of: try places[row].image()) }
      let (variant, index, place) = variants[row - places.count]
      return preprocessing.tensor(of: views.apply(variant, to: try place.image(), index: index))
    }
  }
}

/// The views of training images that a cache holds beside the images themselves.
struct TrainingViews: Sendable {
  /// One of them.
  enum Variant: Sendable, Equatable {
    case mirrored
    /// A random crop, mirrored where its number is even.
    case crop(Int)

    /// How a cache names this view of an image.
    func name(of image: String) -> String {
      switch self {
      case .mirrored: "mirrored:\(image)"
      case .crop(let number): "crop\(number):\(image)"
      }
    }
  }

  var mirror = false
  /// Random crops an image.
  var crops = 0
  /// The smallest crop's side, as a share of the photograph's.
  var smallestCrop = 0.75

  var variants: [Variant] {
    (mirror ? [.mirrored] : []) + (0..<crops).map { .crop($0 + 1) }
  }

  /// - Parameter index: the image's, which decides with the crop's number what the crop is.
  func apply(_ variant: Variant, to image: Image, index: Int) -> Image {
    switch variant {
    case .mirrored: return image.mirrored()
    case .crop(let number):
      // Odd views are mirrored, and 0 would be the photograph as it is.
      let view = 2 * (index * crops + number) + (number % 2 == 0 ? 1 : 0)
      return Augmentation(smallestCrop: smallestCrop).apply(image, view: view)
    }
  }
}
