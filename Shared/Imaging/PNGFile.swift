internal import CPNG

/// PNG files (ISO/IEC 15948) as libpng reads them.
enum PNGFile {
  private static let signatureLength = 8

  /// Decodes a whole file to RGB.
  static func decode(
    _ bytes: RawSpan, name: String, _ transparency: ImageDecoder.TransparencyPolicy
  ) throws(ImagingError) -> Image {
    try checkHeader(bytes, name: name)
    return try unsafe bytes.withUnsafeBytes { bytes throws(ImagingError) in
      let decoder = try unsafe Decoder(bytes, name: name)
      return try decoder.decode(transparency)
    }
  }

  /// Checks the dimensions, which stand at a fixed place: libpng would allocate rows for them, and
  /// gives no reason apart where they are beyond its own limits.
  private static func checkHeader(_ bytes: RawSpan, name: String) throws(ImagingError) {
    guard let width = bytes.uint32(at: signatureLength + 8, bigEndian: true),
      let height = bytes.uint32(at: signatureLength + 12, bigEndian: true)
    else {
      throw ImagingError(
        .truncated, name: name,
        "the PNG file ends within its header; copy it again from its source")
    }
    guard bytes.starts(with: Array("IHDR".utf8), at: signatureLength + 4) else {
      throw ImagingError(
        .unreadable, name: name,
        "the PNG file has no header (IHDR); copy it again from its source")
    }
    try ImageDecoder.check(width: width, height: height, name: name)
  }

  /// The orientation that a chunk eXIf before the image data tells.
  static func orientation(_ bytes: RawSpan) -> Orientation {
    var offset = signatureLength
    while let length = bytes.uint32(at: offset, bigEndian: true),
      length <= bytes.byteCount - offset - 12,
      !bytes.starts(with: Array("IDAT".utf8), at: offset + 4)
    {
      if bytes.starts(with: Array("eXIf".utf8), at: offset + 4) {
        return Orientation(exif: bytes.extracting((offset + 8)..<(offset + 8 + length)))
      }
      offset += 12 + length
    }
    return .upright
  }

  /// The owner of one C decoder.
  @safe
  private struct Decoder: ~Copyable {
    private let handle: OpaquePointer
    private let name: String

    /// Borrows `bytes`, which must outlive the decoder.
    init(_ bytes: UnsafeRawBufferPointer, name: String) throws(ImagingError) {
      guard
        let handle = unsafe cpng_open(
          bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
      else {
        throw ImagingError(.unreadable, name: name, "no memory is left to decode it; try again")
      }
      unsafe self.handle = handle
      self.name = name
    }

    deinit { unsafe cpng_close(handle) }

    func decode(
      _ transparency: ImageDecoder.TransparencyPolicy
    ) throws(ImagingError) -> Image {
      try check(unsafe cpng_read_header(handle))
      let stored = StoredPixels(
        width: Int(unsafe cpng_width(handle)), height: Int(unsafe cpng_height(handle)),
        channels: Int(unsafe cpng_channels(handle)))
      try unsafe stored.withUnsafeMutablePixels { pixels throws(ImagingError) in
        try check(unsafe cpng_decode(handle, pixels))
      }
      return stored.image(fourth: transparency == .layOnWhite ? .alpha : .ignored)
    }

    /// The library's own words.
    private var said: String { unsafe String(cString: cpng_message(handle)) }

    private func check(_ status: cpng_status) throws(ImagingError) {
      switch status {
      case .ok: return
      case .truncated:
        throw ImagingError(
          .truncated, name: name,
          "the PNG file is incomplete (\(said)); copy it again from its source")
      case .damaged:
        throw ImagingError(
          .unreadable, name: name,
          "the PNG file is damaged (\(said)); copy it again from its source")
      }
    }
  }
}
