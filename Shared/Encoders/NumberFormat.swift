internal import Compute

/// How the elements of a value are written down.
struct NumberFormat: Hashable {
  var type: OneDNN.DataType
  /// What 1 is worth.
  var step: Float = 1

  var isInteger: Bool { type == .int8 || type == .uint8 }
}
