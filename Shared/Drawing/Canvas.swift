internal import CCairo

/// A picture being drawn: pixels or an SVG document, on one scale of units from the upper left
/// corner. Only what Cairo, the fonts and the calls are decides the bytes, so that the same calls
/// give the same file.
///
/// Cairo remembers its first error and ignores what follows, so that drawing cannot fail and
/// ``finish()`` tells.
@safe
public struct Canvas: ~Copyable {
  /// What ``finish()`` gives.
  public enum Format: Hashable, Sendable {
    /// Pixels, `scale` for a unit.
    case png(scale: Double)
    /// Lines that stay sharp at any size; text becomes outlines, so that no font is asked for.
    case svg
  }

  public let width: Double
  public let height: Double
  private let format: Format
  private let surface: Surface
  let context: OpaquePointer

  /// - Throws: ``DrawingError``.
  public init(
    width: Double, height: Double, format: Format = .png(scale: 1)
  ) throws(DrawingError) {
    self.width = width
    self.height = height
    self.format = format
    var pixelsPerUnit = 1.0
    switch format {
    case .png(let scale):
      let (columns, rows) = ((width * scale).rounded(.up), (height * scale).rounded(.up))
      // As Double until it is known that it fits.
      guard max(columns, rows) <= Double(Bitmap.maximumExtent), min(columns, rows) >= 1 else {
        throw DrawingError(
          .badSize,
          "a picture of \(columns)×\(rows) pixels cannot be drawn; "
            + "sides are 1...\(Bitmap.maximumExtent)")
      }
      surface = try Surface.pixels(width: Int(columns), height: Int(rows))
      pixelsPerUnit = scale
    case .svg:
      surface = try Surface.lines(width: width, height: height)
    }
    unsafe context = cairo_create(surface.handle)!
    unsafe cairo_scale(context, pixelsPerUnit, pixelsPerUnit)
    useEvenText()
  }

  deinit { unsafe cairo_destroy(context) }

  /// Text whose shape depends on neither the screen nor the place.
  private func useEvenText() {
    guard let options = unsafe cairo_font_options_create() else { return }
    unsafe cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    unsafe cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    unsafe cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    unsafe cairo_set_font_options(context, options)
    unsafe cairo_font_options_destroy(options)
  }

  /// Ends the picture and gives its file.
  ///
  /// - Throws: ``DrawingError`` when anything that was drawn failed.
  public consuming func finish() throws(DrawingError) -> [UInt8] {
    try DrawingError.check(unsafe cairo_status(context))
    switch format {
    case .png: return try surface.png()
    case .svg: return try surface.svg()
    }
  }

  func use(_ color: Color) {
    unsafe cairo_set_source_rgba(context, color.red, color.green, color.blue, color.alpha)
  }
}
