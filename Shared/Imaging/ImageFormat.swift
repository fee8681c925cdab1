/// What a file's first bytes say it is; its name is never asked.
enum ImageFormat {
  case jpeg, png

  private static let jpegSignature: [UInt8] = [0xFF, 0xD8, 0xFF]
  private static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Formats that are told apart only to be named when they are refused.
  private static let others: [(name: String, offset: Int, signature: [UInt8])] = [
    ("GIF", 0, Array("GIF8".utf8)), ("WebP", 8, Array("WEBP".utf8)), ("BMP", 0, Array("BM".utf8)),
    ("TIFF", 0, [0x49, 0x49, 0x2A, 0]), ("TIFF", 0, [0x4D, 0x4D, 0, 0x2A]),
    ("HEIF or AVIF", 4, Array("ftyp".utf8)), ("JPEG XL", 0, [0xFF, 0x0A]),
    ("PDF", 0, Array("%PDF".utf8)),
  ]

  init(of bytes: RawSpan, name: String) throws(ImagingError) {
    if bytes.isEmpty {
      throw ImagingError(.empty, name: name, "the file is empty; copy it again from its source")
    }
    for (format, signature) in [(Self.jpeg, Self.jpegSignature), (.png, Self.pngSignature)] {
      if bytes.starts(with: signature) {
        self = format
        return
      }
      if bytes.byteCount < signature.count,
        bytes.starts(with: Array(signature.prefix(bytes.byteCount)))
      {
        throw ImagingError(
          .truncated, name: name,
          "the file ends after \(bytes.byteCount) bytes; copy it again from its source")
      }
    }
    for other in Self.others where bytes.starts(with: other.signature, at: other.offset) {
      throw ImagingError(
        .unsupportedFormat, name: name,
        "this is \(other.name), which is not read; convert it to JPEG or PNG")
    }
    throw ImagingError(
      .unsupportedFormat, name: name, "this is not an image; JPEG and PNG files are read")
  }
}
