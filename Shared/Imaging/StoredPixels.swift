internal import Tensor

/// Pixels as a decoder writes them, of three channels or four, on their way to RGB.
struct StoredPixels {
  /// What the fourth channel means, where there is one.
  enum Fourth {
    /// K of CMYK, all four inverted as Adobe's programs write them, which Pillow takes for granted.
    case black
    /// Opacity, by which the image is laid on white.
    case alpha
    /// Nothing that matters.
    case ignored
  }

  let width: Int
  let height: Int
  let channels: Int
  private let buffer: AlignedBuffer

  /// Allocates for dimensions within the limits and three or four channels.
  init(width: Int, height: Int, channels: Int) {
    precondition(channels == 3 || channels == 4, "\(channels) channels")
    self.width = width
    self.height = height
    self.channels = channels
    self.buffer = AlignedBuffer(
      unsafeUninitializedByteCount: width * height * channels)
  }

  /// The place to write width·height·channels bytes to.
  func withUnsafeMutablePixels(
    _ body: (UnsafeMutablePointer<UInt8>) throws(ImagingError) -> Void
  ) throws(ImagingError) {
    try unsafe buffer.withUnsafeMutableBytes { bytes throws(ImagingError) in
      try unsafe body(bytes.baseAddress!.assumingMemoryBound(to: UInt8.self))
    }
  }

  /// The image, made in place: the buffer is spent.
  consuming func image(fourth: Fourth) -> Image {
    if channels == 4 {
      let count = width * height
      unsafe buffer.withUnsafeMutableBytes { bytes in
        var span = unsafe MutableSpan<UInt8>(
          _unsafeStart: bytes.baseAddress!.assumingMemoryBound(to: UInt8.self), count: bytes.count)
        switch fourth {
        case .black: Self.convertInvertedCMYK(&span, count: count)
        case .alpha: Self.layOnWhite(&span, count: count)
        case .ignored: Self.drop(&span, count: count)
        }
      }
    }
    return Image(
      pixels: Tensor(viewing: buffer, shape: [height, width, 3], elementType: .uint8)!)
  }

  /// Pillow's CMYK to RGB: each ink darkens what black leaves. `255 − stored` is the ink.
  private static func convertInvertedCMYK(_ pixels: inout MutableSpan<UInt8>, count: Int) {
    for pixel in 0..<count {
      let light = UInt32(pixels[pixel * 4 + 3])
      for channel in 0..<3 {
        let ink = UInt32(255 - pixels[pixel * 4 + channel])
        let value = Int(light) - Int(dividedBy255(ink * light))
        pixels[pixel * 3 + channel] = UInt8(max(value, 0))
      }
    }
  }

  /// Pillow's paste of an image onto white through its alpha channel.
  private static func layOnWhite(_ pixels: inout MutableSpan<UInt8>, count: Int) {
    for pixel in 0..<count {
      let alpha = UInt32(pixels[pixel * 4 + 3])
      for channel in 0..<3 {
        let value = UInt32(pixels[pixel * 4 + channel])
        pixels[pixel * 3 + channel] = UInt8(dividedBy255(value * alpha + 255 * (255 - alpha)))
      }
    }
  }

  /// The first three channels as they are.
  private static func drop(_ pixels: inout MutableSpan<UInt8>, count: Int) {
    for pixel in 0..<count {
      for channel in 0..<3 { pixels[pixel * 3 + channel] = pixels[pixel * 4 + channel] }
    }
  }

  /// `value / 255`, rounded, for values up to 255².
  private static func dividedBy255(_ value: UInt32) -> UInt32 {
    let biased = value + 128
    return (biased + biased >> 8) >> 8
  }
}
