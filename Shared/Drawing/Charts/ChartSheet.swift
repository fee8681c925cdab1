/// Several charts in a grid.
public struct ChartSheet: Sendable {
  public var title: String
  public var charts: [Chart]
  public var columns: Int

  /// One chart with the space around it.
  private let cell: Rectangle

  public init(
    _ title: String, _ charts: [Chart], columns: Int = 3,
    size: (width: Double, height: Double) = (380, 250)
  ) {
    cell = Rectangle(x: 0, y: 0, width: size.width, height: size.height)
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
      width: Double(columns) * cell.width + 16,
      height: head + Double(rows) * cell.height, format: format)
    canvas.fill(
      Rectangle(x: 0, y: 0, width: canvas.width, height: canvas.height), theme.paper)
    let style = Canvas.TextStyle(size: 16, theme.ink, isBold: true)
    canvas.text(
      canvas.fitted(title, style, width: canvas.width - 40), at: Point(24, 30), style)
    for (index, chart) in charts.enumerated() {
      let frame = Rectangle(
        x: 8 + Double(index % columns) * cell.width,
        y: head + Double(index / columns) * cell.height,
        width: cell.width, height: cell.height)
      chart.draw(
        on: canvas, in: frame.inset(left: 16, top: 6, right: 12, bottom: 8), theme)
    }
    return try canvas.finish()
  }
}
