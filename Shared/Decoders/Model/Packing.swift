/// Which of a layer's weights are laid out for products of few rows each, as a `PackedMatrix` has them.
/// They must not change as long as the layer is used.
public enum Packing: Sendable {
  case none
  /// Those that a step forward needs.
  case forward
  /// Those that a step forward needs, rounded to bfloat16.
  case forwardInHalves
  /// Those of the steps back as well.
  case forwardAndBackward
}
