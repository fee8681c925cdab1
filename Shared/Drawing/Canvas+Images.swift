internal import CCairo

extension Canvas {
  /// Draws a bitmap stretched over a rectangle, resampled smoothly.
  ///
  /// - Throws: ``DrawingError`` when no memory is left for it.
  public func image(
    _ bitmap: Bitmap, in rectangle: Rectangle, opacity: Double = 1
  ) throws(DrawingError) {
    let surface = try Surface.copy(of: bitmap)
    unsafe cairo_save(context)
    unsafe cairo_rectangle(context, rectangle.x, rectangle.y, rectangle.width, rectangle.height)
    unsafe cairo_clip(context)
    unsafe cairo_translate(context, rectangle.x, rectangle.y)
    unsafe cairo_scale(
      context, rectangle.width / Double(bitmap.width), rectangle.height / Double(bitmap.height))
    unsafe cairo_set_source_surface(context, surface.handle, 0, 0)
    let pattern = unsafe cairo_get_source(context)
    unsafe cairo_pattern_set_filter(pattern, CAIRO_FILTER_GOOD)
    // Beyond its border a bitmap goes on as it ends, so that no seam shines through.
    unsafe cairo_pattern_set_extend(pattern, CAIRO_EXTEND_PAD)
    unsafe cairo_paint_with_alpha(context, opacity)
    unsafe cairo_restore(context)
  }
}
