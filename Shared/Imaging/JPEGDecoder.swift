internal import CJPEG

/// The owner of one C decoder, which has read the header and gives out rows from the top.
@safe
struct JPEGDecoder: ~Copyable {
  private let handle: OpaquePointer
  private let name: String
  /// What comes out: the stored extents, or those of the smaller image.
  let width: Int
  let height: Int
  /// Bytes of a pixel: 3 for RGB, 4 for inverted CMYK.
  let channels: Int

  /// Borrows `bytes`, which must outlive the decoder. Throws for what is over the limits before
  /// pixels are decoded.
  init(
    _ bytes: UnsafeRawBufferPointer, name: String, reduction: JPEGFile.Reduction
  ) throws(ImagingError) {
    guard
      let handle = unsafe cjpeg_open(
        bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
    else {
      throw ImagingError(.unreadable, name: name, "no memory is left to decode it; try again")
    }
    do {
      try unsafe Self.check(cjpeg_read_header(handle), handle, name)
      let stored = unsafe (width: Int(cjpeg_width(handle)), height: Int(cjpeg_height(handle)))
      try ImageDecoder.check(width: stored.width, height: stored.height, name: name)
      unsafe cjpeg_reduce(handle, reduction.divisor(width: stored.width, height: stored.height))
      var (width, height): (UInt32, UInt32) = (0, 0)
      try unsafe Self.check(cjpeg_start(handle, &width, &height), handle, name)
      self.width = Int(width)
      self.height = Int(height)
    } catch {
      unsafe cjpeg_close(handle)
      throw error
    }
    self.channels = Int(unsafe cjpeg_channels(handle))
    unsafe self.handle = handle
    self.name = name
  }

  deinit { unsafe cjpeg_close(handle) }

  /// Decodes the next `rows` rows, of which there must be as many, to rows·width·channels bytes.
  func read(rows: Int, to pixels: UnsafeMutablePointer<UInt8>) throws(ImagingError) {
    try unsafe Self.check(cjpeg_read_rows(handle, pixels, UInt32(rows)), handle, name)
  }

  private static func check(
    _ status: cjpeg_status, _ handle: OpaquePointer, _ name: String
  ) throws(ImagingError) {
    // The library's own words.
    var said: String { unsafe String(cString: cjpeg_message(handle)) }
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
