internal import Tensor

extension Image {
  /// A part of the image.
  ///
  /// - Parameters:
  ///   - share: the part's height and width as shares of the image's, above 0, at most 1.
  ///   - x: where it lies between the left side, 0, and the right one, 1.
  ///   - y: where it lies between the top, 0, and the bottom, 1.
  public func cropped(share: Double, x: Double, y: Double) -> Image {
    precondition(share > 0 && share <= 1 && (0...1).contains(x) && (0...1).contains(y))
    let newHeight = max(1, Int((Double(height) * share).rounded()))
    let newWidth = max(1, Int((Double(width) * share).rounded()))
    let top = Int((Double(height - newHeight) * y).rounded())
    let left = Int((Double(width - newWidth) * x).rounded())
    let (width, source) = (width, pixels.elements(as: UInt8.self))
    return Image(
      pixels: Tensor([newHeight, newWidth, 3], of: UInt8.self) { target in
        for row in 0..<newHeight {
          let start = ((top + row) * width + left) * 3
          for byte in 0..<newWidth * 3 { target[row * newWidth * 3 + byte] = source[start + byte] }
        }
      })
  }

  /// The image with left and right changed about.
  public func mirrored() -> Image {
    let (height, width, source) = (height, width, pixels.elements(as: UInt8.self))
    return Image(
      pixels: Tensor(pixels.shape, of: UInt8.self) { target in
        for row in 0..<height {
          for column in 0..<width {
            let from = (row * width + width - 1 - column) * 3
            let to = (row * width + column) * 3
            for channel in 0..<3 { target[to + channel] = source[from + channel] }
          }
        }
      })
  }
}
