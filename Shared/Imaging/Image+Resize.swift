internal import CPixels
internal import Tensor

extension Image {
  /// The image at another size, byte for byte as Pillow's `resize((width, height), BILINEAR)`
  /// makes it: rows first, then columns, each pass antialiased and rounded to 8 bits.
  ///
  /// Pillow 13 takes columns first where the height shrinks much more than the width, which
  /// changes a byte in five by one. Data sets were prepared by the versions before it.
  public func resized(width: Int, height: Int) -> Image {
    resizedRows(to: width).resizedColumns(to: height)
  }

  private func resizedRows(to target: Int) -> Image {
    if target == width { return self }
    let (height, width) = (height, width)
    return unsafe resampled(ResampleAxis(from: width, to: target), shape: [height, target, 3]) {
      unsafe cpixels_resample_rows($0, height, width, $1, $2)
    }
  }

  private func resizedColumns(to target: Int) -> Image {
    if target == height { return self }
    let rowBytes = width * 3
    return unsafe resampled(ResampleAxis(from: height, to: target), shape: [target, width, 3]) {
      unsafe cpixels_resample_columns($0, rowBytes, $1, $2)
    }
  }

  private func resampled(
    _ axis: ResampleAxis, shape: Shape,
    pass: (UnsafePointer<UInt8>?, cpixels_axis, UnsafeMutablePointer<UInt8>?) -> Void
  ) -> Image {
    let source = pixels.elements(as: UInt8.self)
    return Image(
      pixels: Tensor(shape, of: UInt8.self) { target in
        unsafe axis.withCAxis { axis in
          unsafe source.withUnsafeBufferPointer { source in
            unsafe target.withUnsafeMutableBufferPointer { target in
              unsafe pass(source.baseAddress, axis, target.baseAddress)
            }
          }
        }
      })
  }
}
