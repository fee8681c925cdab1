import Imaging
import Tensor

extension FuzzTarget {
  static let jpeg = image(
    "jpeg", ".jpg",
    tokens: ["Exif\0\0", "JFIF", "Adobe", "MM\0*", "II*\0", "ICC_PROFILE"])
  static let png = image(
    "png", ".png",
    tokens: ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "eXIf", "gAMA", "iCCP", "sBIT", "bKGD"])

  /// Decodes both ways, upright and as stored.
  private static func image(_ name: String, _ ending: String, tokens: [String]) -> FuzzTarget {
    FuzzTarget(
      name: name, maximumLength: 4_096, tokens: tokens,
      seeds: {
        try Fixtures.files("Imaging", endingIn: ending)
          + Fixtures.files("Datasets/images", endingIn: ending)
      },
      parse: { bytes in
        // Images between a million pixels and the decoder's own limit take it seconds, as they may.
        if let pixels = pixelCount(bytes), (1_000_000...ImageDecoder.maximumPixelCount) ~= pixels {
          return
        }
        for decoder in [ImageDecoder.serving, .preparing] {
          let image = try decoder.decode(bytes, name: "fuzz")
          precondition(image.pixels.bytes.byteCount == image.width * image.height * 3)
        }
      })
  }

  /// The pixels that a file's first header claims: PNG's IHDR, or any of JPEG's frames.
  private static func pixelCount(_ bytes: RawSpan) -> Int? {
    func number(_ offset: Int, _ width: Int) -> Int {
      (offset..<offset + width).reduce(0) { $0 << 8 | Int(bytes.byte($1)) }
    }
    if bytes.byteCount >= 24, bytes.byte(0) == 0x89 {
      return number(16, 4).multipliedReportingOverflow(by: number(20, 4)).partialValue
    }
    var largest: Int?
    for offset in 0..<max(bytes.byteCount - 8, 0)
    where bytes.byte(offset) == 0xFF && bytes.byte(offset + 1) & 0xF0 == 0xC0 {
      largest = max(largest ?? 0, number(offset + 5, 2) * number(offset + 7, 2))
    }
    return largest
  }
}
