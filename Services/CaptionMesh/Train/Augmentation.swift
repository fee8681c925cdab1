import Imaging
import Training

/// How photographs are varied while they are learned from. A view is a number that decides all of
/// it, so that a run can be repeated: 0 is the photograph as it is, odd ones are mirrored, and where
/// there are crops every view is one.
struct Augmentation {
  /// The smallest crop's side, as a share of the photograph's; 1 for no crops.
  var smallestCrop = 1.0

  /// How many views there are.
  var views: Int { smallestCrop < 1 ? 1 << 31 : 2 }

  func apply(_ image: Image, view: Int) -> Image {
    if view == 0 { return image }
    let image = view % 2 == 1 ? image.mirrored() : image
    if smallestCrop == 1 { return image }
    var generator = SplitMix64(seed: UInt64(view))
    return image.cropped(
      share: Double.random(in: smallestCrop...1, using: &generator),
      x: Double.random(in: 0...1, using: &generator),
      y: Double.random(in: 0...1, using: &generator))
  }
}
