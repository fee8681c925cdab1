/// The name of what is done to pixels before a network sees them. The Imaging library knows what
/// each of them means; here they only travel with the weights.
public enum NormalizationName: String, Sendable, CaseIterable, CustomStringConvertible {
  case torchvision
  case course
  case efficientNetLite = "efficientnet-lite"
  case tf

  public var description: String { rawValue }
}
