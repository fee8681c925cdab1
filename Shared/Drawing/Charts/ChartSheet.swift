/// Several charts in a grid.
public struct ChartSheet: Sendable {
  public var title: String
  public var charts: [Chart]
  public var columns: Int

  /// The size of one chart with the space around it.
  static let cell = Rectangle(x: 0, y: 0, width: 380, height: 250)

  public init(_ title: String, _ charts: [Chart], columns: Int = 3) {
    self.title = title
    self.charts = charts
    self.columns = columns
  }

  /// The picture as a file.
  ///
  /// - Throws: ``DrawingError``.
  public func file(
    _ format: Canvas.Format, _ theme: Theme = .light
  ) throws(DrawingError) -> [UInt8] {
    let columns = max(min(columns, charts.count), 1)
    let rows = (charts.count + columns - 1) / columns
    let head = title.isEmpty ? 10.0 : 44
    let canvas = try Canvas(
      width: Double(columns) * Self.cell.width + 16,
      height: head + Double(rows) * Self.cell.height, format: format)
    canvas.fill(
      Rectangle(x: 0, y: 0, width: canvas.width, height: canvas.height), theme.paper)
    let style = Canvas.TextStyle(size: 16, theme.ink, isBold: true)
    canvas.text(
      canvas.fitted(title, style, width: canvas.width - 40), at: Point(24, 30), style)
    for (index, chart) in charts.enumerated() {
      let frame = Rectangle(
        x: 8 + Double(index % columns) * Self.cell.width,
        y: head + Double(index / columns) * Self.cell.height,
        width: Self.cell.width, height: Self.cell.height)
      chart.draw(
        on: canvas, in: frame.inset(left: 16, top: 6, right: 12, bottom: 8), theme)
    }
    return try canvas.finish()
  }
}
