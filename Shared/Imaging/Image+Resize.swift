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

  /// The first pass alone: every row brought to `target` pixels. `plain` asks for the way that every
  /// processor goes.
  func resizedRows(to target: Int, plain: Bool = false) -> Image {
    if target == width { return self }
    let resampler = RowResampler(from: width, to: target, plain: plain)
    let source = pixels.elements(as: UInt8.self)
    return Image(
      pixels: unsafe Tensor(unsafeUninitialized: [height, target, 3], of: UInt8.self) { rows in
        unsafe source.withUnsafeBufferPointer { source in
          unsafe resampler.resample(
            source.baseAddress!, rows: height, followed: false, to: rows.baseAddress!)
        }
      })
  }

  /// The second pass alone: every column brought to `target` pixels.
  private func resizedColumns(to target: Int) -> Image {
    if target == height { return self }
    let (rowBytes, axis) = (width * 3, ResampleAxis(from: height, to: target))
    let source = pixels.elements(as: UInt8.self)
    return Image(
      pixels: unsafe Tensor(unsafeUninitialized: [target, width, 3], of: UInt8.self) { columns in
        unsafe axis.withCAxis { axis in
          unsafe source.withUnsafeBufferPointer { source in
            unsafe cpixels_resample_columns(
              source.baseAddress, rowBytes, axis, columns.baseAddress)
          }
        }
      })
  }
}
