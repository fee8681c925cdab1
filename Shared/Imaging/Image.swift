public import Tensor

/// A photograph as 8-bit RGB.
public struct Image: Sendable {
  /// uint8 [height, width, 3], the channels in the order red, green, blue.
  public let pixels: Tensor

  /// Takes uint8 [height, width, 3] with at least one pixel; traps on anything else.
  public init(pixels: Tensor) {
    precondition(
      pixels.elementType == .uint8 && pixels.shape.rank == 3 && pixels.shape[2] == 3
        && pixels.shape.elementCount > 0, "\(pixels.elementType) \(pixels.shape) is not an image")
    self.pixels = pixels
  }

  /// Rows.
  public var height: Int { pixels.shape[0] }

  /// Columns.
  public var width: Int { pixels.shape[1] }
}
