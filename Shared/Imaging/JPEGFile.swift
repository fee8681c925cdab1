internal import CJPEG

/// JPEG files (ITU-T T.81) as libjpeg reads them.
enum JPEGFile {
  /// Decodes a whole file to RGB, whatever its colours are.
  static func decode(_ bytes: RawSpan, name: String) throws(ImagingError) -> Image {
    try unsafe bytes.withUnsafeBytes { bytes throws(ImagingError) in
      let decoder = try unsafe Decoder(bytes, name: name)
      return try decoder.decode()
    }
  }

  /// The orientation that the first Exif segment tells.
  static func orientation(_ bytes: RawSpan) -> Orientation {
    let startOfScan = 0xDA
    let endOfImage = 0xD9
    let application1 = 0xE1
    let exif = Array("Exif\0\0".utf8)
    var offset = 2
    while let lead = bytes.byte(at: offset), lead == 0xFF, let code = bytes.byte(at: offset + 1) {
      let marker = Int(code)
      switch marker {
      case 0xFF:  // padding
        offset += 1
      case 0x01, 0xD0...0xD8:  // a marker without a segment
        offset += 2
      case startOfScan, endOfImage:
        return .upright
      default:
        guard let length = bytes.uint16(at: offset + 2, bigEndian: true), length >= 2,
          length <= bytes.byteCount - offset - 2
        else { return .upright }
        if marker == application1, length >= 2 + exif.count,
          bytes.starts(with: exif, at: offset + 4)
        {
          let segment = bytes.extracting((offset + 4 + exif.count)..<(offset + 2 + length))
          return Orientation(exif: segment)
        }
        offset += 2 + length
      }
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
        let handle = unsafe cjpeg_open(
          bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
      else {
        throw ImagingError(.unreadable, name: name, "no memory is left to decode it; try again")
      }
      unsafe self.handle = handle
      self.name = name
    }

    deinit { unsafe cjpeg_close(handle) }

    func decode() throws(ImagingError) -> Image {
      try check(unsafe cjpeg_read_header(handle))
      let width = Int(unsafe cjpeg_width(handle))
      let height = Int(unsafe cjpeg_height(handle))
      try ImageDecoder.check(width: width, height: height, name: name)
      let stored = StoredPixels(
        width: width, height: height, channels: Int(unsafe cjpeg_channels(handle)))
      try unsafe stored.withUnsafeMutablePixels { pixels throws(ImagingError) in
        try check(unsafe cjpeg_decode(handle, pixels))
      }
      return stored.image(fourth: .black)
    }

    /// The library's own words.
    private var said: String { unsafe String(cString: cjpeg_message(handle)) }

    private func check(_ status: cjpeg_status) throws(ImagingError) {
      switch status {
      case .ok: return
      case .truncated:
        throw ImagingError(
          .truncated, name: name,
          "the JPEG file is incomplete (\(said)); copy it again from its source")
      case .too_large:
        throw ImagingError(
          .tooLarge, name: name, "the dimensions are out of range (\(said)); scale it down")
      case .unsupported:
        throw ImagingError(
          .unsupportedFormat, name: name,
          "this kind of JPEG is not read (\(said)); save it as a baseline or progressive JPEG")
      case .damaged:
        throw ImagingError(
          .unreadable, name: name,
          "the JPEG file is damaged (\(said)); copy it again from its source")
      }
    }
  }
}
