/// Pixels with their transparency, as Cairo keeps them.
public struct Bitmap: Sendable {
  public let width: Int
  public let height: Int
  /// One pixel a number, 0xAARRGGBB, the colours multiplied by the alpha, row by row.
  let pixels: [UInt32]

  /// The longest side that Cairo takes.
  public static let maximumExtent = 32_767

  /// Pixels of the given colours, row by row.
  ///
  /// - Throws: ``DrawingError`` with code `badSize`.
  public init(
    width: Int, height: Int, color: (_ x: Int, _ y: Int) -> Color
  ) throws(DrawingError) {
    try Self.check(width, height)
    var pixels: [UInt32] = []
    pixels.reserveCapacity(width * height)
    for y in 0..<height {
      for x in 0..<width {
        let color = color(x, y)
        let part = { (value: Double) in
          // The order of the operands makes 0 of what is no number.
          UInt32((min(1, max(0, value * color.alpha)) * 255).rounded())
        }
        pixels.append(
          part(1) << 24 | part(color.red) << 16
            | part(color.green) << 8 | part(color.blue))
      }
    }
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Opaque pixels, three bytes each in the order red, green, blue, row by row.
  ///
  /// - Throws: ``DrawingError`` with code `badSize`, where there are not width·height·3 bytes too.
  public init(width: Int, height: Int, rgb: Span<UInt8>) throws(DrawingError) {
    try Self.check(width, height)
    guard rgb.count == width * height * 3 else {
      throw DrawingError(.badSize, "\(rgb.count) bytes are not \(width)×\(height) pixels")
    }
    self.width = width
    self.height = height
    var pixels: [UInt32] = []
    pixels.reserveCapacity(width * height)
    for start in stride(from: 0, to: rgb.count, by: 3) {
      pixels.append(
        0xFF00_0000 | UInt32(rgb[start]) << 16 | UInt32(rgb[start + 1]) << 8
          | UInt32(rgb[start + 2]))
    }
    self.pixels = pixels
  }

  static func check(_ width: Int, _ height: Int) throws(DrawingError) {
    let extents = 1...maximumExtent
    guard extents.contains(width), extents.contains(height) else {
      throw DrawingError(
        .badSize, "a picture of \(width)×\(height) pixels cannot be drawn; sides are \(extents)")
    }
  }

  /// The bitmap as a PNG file, with its transparency.
  ///
  /// - Throws: ``DrawingError``.
  public func png() throws(DrawingError) -> [UInt8] {
    let surface = try Surface.copy(of: self)
    return try surface.png()
  }
}
