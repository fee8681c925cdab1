internal import Tensor

extension Image {
  /// The image set upright, which was stored in the given orientation.
  func turned(from orientation: Orientation) -> Image {
    if orientation == .upright { return self }
    let count = height * width
    // Where the upright image's first pixel is stored, and how far apart its neighbours to the
    // right and below are.
    let (first, right, down) =
      switch orientation {
      case .upright: (0, 1, width)
      case .mirrored: (width - 1, -1, width)
      case .upsideDown: (count - 1, -1, -width)
      case .flipped: (count - width, 1, -width)
      case .transposed: (0, width, 1)
      case .turnedLeft: (count - width, -width, 1)
      case .transverse: (count - 1, -width, -1)
      case .turnedRight: (width - 1, width, -1)
      }
    let (rows, columns) = orientation.swapsAxes ? (width, height) : (height, width)
    let source = pixels.elements(as: UInt8.self)
    return Image(
      pixels: Tensor([rows, columns, 3], of: UInt8.self) { target in
        var next = 0
        for row in 0..<rows {
          for column in 0..<columns {
            let stored = (first + row * down + column * right) * 3
            for channel in 0..<3 { target[next + channel] = source[stored + channel] }
            next += 3
          }
        }
      })
  }
}
