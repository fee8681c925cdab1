/// How a feature cache names what it holds beside the images themselves.
enum FeatureView {
  /// The mirror image of an image.
  static func mirrored(_ path: String) -> String { "mirrored:\(path)" }
}
