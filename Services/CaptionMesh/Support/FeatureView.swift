import Tensor

/// What feature caches and training have beside the images themselves.
enum FeatureView {
  /// How a cache names the mirror image of an image.
  static func mirrored(_ path: String) -> String { "mirrored:\(path)" }

  /// An image tensor [3, H, W] with each row reversed.
  static func mirror(_ image: Tensor) -> Tensor {
    let width = image.shape[2]
    let source = image.elements(as: Float.self)
    return Tensor(image.shape, of: Float.self) { target in
      for index in target.indices {
        let column = index % width
        target[index] = source[index - column + width - 1 - column]
      }
    }
  }
}
