internal import CCairo

/// The owner of one Cairo surface.
@safe
struct Surface: ~Copyable {
  let handle: OpaquePointer
  /// Where an SVG surface writes to, kept for as long as it may.
  private let sink: ByteSink?

  /// Takes over what Cairo made, if it is sound.
  private init(_ handle: OpaquePointer, sink: ByteSink? = nil) {
    unsafe self.handle = handle
    self.sink = sink
  }

  /// Pixels, all transparent.
  static func pixels(width: Int, height: Int) throws(DrawingError) -> Surface {
    try Bitmap.check(width, height)
    let surface = unsafe Surface(
      cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(width), Int32(height)))
    try surface.check()
    return surface
  }

  /// A bitmap's pixels, copied.
  static func copy(of bitmap: Bitmap) throws(DrawingError) -> Surface {
    let surface = try pixels(width: bitmap.width, height: bitmap.height)
    unsafe cairo_surface_flush(surface.handle)
    let rowBytes = Int(unsafe cairo_image_surface_get_stride(surface.handle))
    guard let bytes = unsafe cairo_image_surface_get_data(surface.handle) else {
      throw DrawingError(.failed, "no memory is left for a picture; try again")
    }
    unsafe bitmap.pixels.withUnsafeBytes { source in
      for row in 0..<bitmap.height {
        let part = unsafe source[row * bitmap.width * 4..<(row + 1) * bitmap.width * 4]
        unsafe UnsafeMutableRawPointer(bytes + row * rowBytes).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: part).baseAddress!, byteCount: part.count)
      }
    }
    unsafe cairo_surface_mark_dirty(surface.handle)
    return surface
  }

  /// A drawing of lines that ``svg()`` gives as a file.
  static func lines(width: Double, height: Double) throws(DrawingError) -> Surface {
    let sink = ByteSink()
    let surface = unsafe Surface(
      cairo_svg_surface_create_for_stream(
        ByteSink.write, Unmanaged.passUnretained(sink).toOpaque(), width, height),
      sink: sink)
    try surface.check()
    unsafe cairo_svg_surface_set_document_unit(surface.handle, CAIRO_SVG_UNIT_USER)
    return surface
  }

  deinit { unsafe cairo_surface_destroy(handle) }

  /// The pixels as a PNG file.
  func png() throws(DrawingError) -> [UInt8] {
    let sink = ByteSink()
    let status = unsafe cairo_surface_write_to_png_stream(
      handle, ByteSink.write, Unmanaged.passUnretained(sink).toOpaque())
    try DrawingError.check(status)
    return sink.bytes
  }

  /// Ends an SVG drawing and gives its file.
  func svg() throws(DrawingError) -> [UInt8] {
    unsafe cairo_surface_finish(handle)
    try check()
    return Self.unnumbered(sink?.bytes ?? [])
  }

  /// Cairo names a drawing by a count of all the surfaces of the process, which nothing refers to:
  /// without it the same drawing is the same file.
  private static func unnumbered(_ svg: [UInt8]) -> [UInt8] {
    let name = Array("<g id=\"surface".utf8)
    guard let place = svg.firstRange(of: name) else { return svg }
    let digits = svg[place.upperBound...].prefix {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }
    return Array(svg[..<place.upperBound] + svg[digits.endIndex...])
  }

  private func check() throws(DrawingError) {
    try DrawingError.check(unsafe cairo_surface_status(handle))
  }
}

/// What Cairo writes to.
private final class ByteSink {
  private(set) var bytes: [UInt8] = []

  /// Cairo's cairo_write_func_t.
  static let write:
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, UInt32
    ) -> cairo_status_t = { closure, bytes, count in
      let sink = unsafe Unmanaged<ByteSink>.fromOpaque(closure!).takeUnretainedValue()
      unsafe sink.bytes.append(contentsOf: UnsafeBufferPointer(start: bytes, count: Int(count)))
      return CAIRO_STATUS_SUCCESS
    }
}

extension DrawingError {
  /// Turns Cairo's status into an error.
  static func check(_ status: cairo_status_t) throws(DrawingError) {
    guard status != CAIRO_STATUS_SUCCESS else { return }
    let said = unsafe String(cString: cairo_status_to_string(status))
    throw DrawingError(.failed, "the picture cannot be drawn: \(said)")
  }
}
