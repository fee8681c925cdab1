internal import CCairo

extension Canvas {
  /// How a line is drawn.
  public struct Stroke: Hashable, Sendable {
    public var color: Color
    public var width: Double
    /// Lengths of strokes and gaps; empty for a line without gaps.
    public var dash: [Double]

    public init(_ color: Color, width: Double = 1, dash: [Double] = []) {
      self.color = color
      self.width = width
      self.dash = dash
    }
  }

  /// Fills a rectangle; its corners can be round.
  public func fill(_ rectangle: Rectangle, _ color: Color, radius: Double = 0) {
    trace(rectangle, radius: radius)
    use(color)
    unsafe cairo_fill(context)
  }

  /// Draws the outline of a rectangle.
  public func outline(_ rectangle: Rectangle, _ stroke: Stroke, radius: Double = 0) {
    trace(rectangle, radius: radius)
    finish(stroke)
  }

  /// Draws a line through points.
  public func line(_ points: [Point], _ stroke: Stroke) {
    guard let first = points.first else { return }
    unsafe cairo_new_path(context)
    unsafe cairo_move_to(context, first.x, first.y)
    for point in points.dropFirst() { unsafe cairo_line_to(context, point.x, point.y) }
    finish(stroke)
  }

  /// Fills a shape with the given corners.
  public func fill(_ corners: [Point], _ color: Color) {
    guard let first = corners.first else { return }
    unsafe cairo_new_path(context)
    unsafe cairo_move_to(context, first.x, first.y)
    for point in corners.dropFirst() { unsafe cairo_line_to(context, point.x, point.y) }
    unsafe cairo_close_path(context)
    use(color)
    unsafe cairo_fill(context)
  }

  /// Fills a circle.
  public func dot(_ center: Point, radius: Double, _ color: Color) {
    unsafe cairo_new_path(context)
    unsafe cairo_arc(context, center.x, center.y, radius, 0, 2 * .pi)
    use(color)
    unsafe cairo_fill(context)
  }

  private func trace(_ rectangle: Rectangle, radius: Double) {
    unsafe cairo_new_path(context)
    guard radius > 0 else {
      unsafe cairo_rectangle(
        context, rectangle.x, rectangle.y, rectangle.width, rectangle.height)
      return
    }
    let radius = min(radius, rectangle.width / 2, rectangle.height / 2)
    let inner = rectangle.inset(left: radius, top: radius, right: radius, bottom: radius)
    let corners = [
      (inner.right, inner.y), (inner.right, inner.bottom), (inner.x, inner.bottom),
      (inner.x, inner.y),
    ]
    for (index, (x, y)) in corners.enumerated() {
      let start = Double(index - 1) * .pi / 2
      unsafe cairo_arc(context, x, y, radius, start, start + .pi / 2)
    }
    unsafe cairo_close_path(context)
  }

  private func finish(_ stroke: Stroke) {
    use(stroke.color)
    unsafe cairo_set_line_width(context, stroke.width)
    unsafe cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    unsafe cairo_set_line_cap(
      context, stroke.dash.isEmpty ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT)
    unsafe cairo_set_dash(context, stroke.dash, Int32(stroke.dash.count), 0)
    unsafe cairo_stroke(context)
  }
}
