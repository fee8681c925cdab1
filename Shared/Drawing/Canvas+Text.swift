internal import CCairo

extension Canvas {
  /// How text is set, in DejaVu Sans, or in what the system has for it.
  public struct TextStyle: Hashable, Sendable {
    public var size: Double
    public var color: Color
    public var isBold: Bool

    public init(size: Double = 11, _ color: Color = .black, isBold: Bool = false) {
      self.size = size
      self.color = color
      self.isBold = isBold
    }
  }

  /// Which part of the text stands at its place.
  public enum Alignment: Hashable, Sendable { case leading, center, trailing }

  /// Draws one line; `place` lies on the line that letters stand on.
  public func text(
    _ text: String, at place: Point, _ style: TextStyle, _ alignment: Alignment = .leading
  ) {
    let width = alignment == .leading ? 0 : self.width(of: text, style)
    let shift =
      switch alignment {
      case .leading: 0.0
      case .center: width / 2
      case .trailing: width
      }
    use(style)
    use(style.color)
    unsafe cairo_move_to(context, place.x - shift, place.y)
    unsafe cairo_show_text(context, Self.plain(text))
  }

  /// How far a line of text reaches.
  public func width(of text: String, _ style: TextStyle) -> Double {
    use(style)
    var extents = cairo_text_extents_t()
    unsafe cairo_text_extents(context, Self.plain(text), &extents)
    return extents.x_advance
  }

  /// The text, or as much of its beginning as fits with an ellipsis.
  public func fitted(_ text: String, _ style: TextStyle, width: Double) -> String {
    if self.width(of: text, style) <= width { return text }
    // A letter is at least this wide, which bounds the search for text of any length.
    var rest = text.prefix(max(Int(width / style.size * 5), 1))
    while !rest.isEmpty, self.width(of: rest + "…", style) > width { rest.removeLast() }
    return rest + "…"
  }

  private func use(_ style: TextStyle) {
    unsafe cairo_select_font_face(
      context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
      style.isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
    unsafe cairo_set_font_size(context, style.size)
  }

  /// Control characters, which have no shape, become blanks.
  private static func plain(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      return text
    }
    return String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }

  private func width(of text: Substring, _ style: TextStyle) -> Double {
    width(of: String(text), style)
  }
}
