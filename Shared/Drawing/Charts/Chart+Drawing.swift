extension Chart {
  /// Draws the chart: title and legend on top, axes with round numbers, the lines with a mark at
  /// each point, and the last value of each line beside its end where lines are few.
  public func draw(on canvas: borrowing Canvas, in frame: Rectangle, _ theme: Theme) {
    let title = Canvas.TextStyle(size: 13, theme.ink, isBold: true)
    canvas.text(
      canvas.fitted(self.title, title, width: frame.width),
      at: Point(frame.x, frame.y + 13), title)
    let legend = drawLegend(on: canvas, in: frame, theme)

    let plot = frame.inset(left: 44, top: 24 + legend, right: 46, bottom: 34)
    let points = points
    guard !points.isEmpty else {
      canvas.text(
        "not measured", at: plot.center, Canvas.TextStyle(size: 12, theme.quiet), .center)
      return
    }
    let x = Scale(
      points.map(\.x) + (x.map { [$0.lowerBound, $0.upperBound] } ?? []), from: plot.x,
      to: plot.right, ticks: 8, wholeOnly: true)
    let y = Scale(
      points.map(\.y), from: plot.bottom, to: plot.y, ticks: 4, startsAtZero: startsAtZero)
    drawAxes(on: canvas, plot, x, y, theme)
    for border in borders { draw(border, on: canvas, plot, x, theme) }
    for line in series { draw(line, on: canvas, x, y, theme) }
    // The ends of many lines are too close to each other for numbers beside them.
    if series.count <= 6 { drawEnds(on: canvas, plot, x, y, theme) }
  }

  /// Writes the lines' names in as many rows as they take.
  ///
  /// - Returns: the rows' height.
  private func drawLegend(
    on canvas: borrowing Canvas, in frame: Rectangle, _ theme: Theme
  ) -> Double {
    let style = Canvas.TextStyle(size: 10.5, theme.quiet)
    let rowHeight = 16.0
    var left = frame.x
    var y = frame.y + 26
    for line in series where !line.name.isEmpty {
      let name = canvas.fitted(line.name, style, width: frame.width - 23)
      let width = 23 + canvas.width(of: name, style)
      if left > frame.x, left + width > frame.right {
        left = frame.x
        y += rowHeight
      }
      let color = theme.lines[line.color % theme.lines.count]
      canvas.line([Point(left, y), Point(left + 18, y)], line.stroke(color))
      line.mark(Point(left + 9, y), color, on: canvas)
      canvas.text(name, at: Point(left + 23, y + 3.8), style)
      left += width + 16
    }
    return y - frame.y - 26 + rowHeight
  }

  private func drawAxes(
    on canvas: borrowing Canvas, _ plot: Rectangle, _ x: Scale, _ y: Scale, _ theme: Theme
  ) {
    let style = Canvas.TextStyle(size: 10, theme.quiet)
    for (value, label) in zip(y.ticks, y.labels) {
      let place = y.place(value)
      canvas.line([Point(plot.x, place), Point(plot.right, place)], .init(theme.grid, width: 1))
      canvas.text(label, at: Point(plot.x - 6, place + 3.6), style, .trailing)
    }
    let floor = plot.bottom
    canvas.line([Point(plot.x, floor), Point(plot.right, floor)], .init(theme.quiet, width: 1))
    for (value, label) in zip(x.ticks, x.labels) {
      let place = x.place(value)
      canvas.line([Point(place, floor), Point(place, floor + 4)], .init(theme.quiet, width: 1))
      canvas.text(label, at: Point(place, floor + 15), style, .center)
    }
    canvas.text(xLabel, at: Point(plot.center.x, floor + 29), style, .center)
  }

  private func draw(
    _ border: Border, on canvas: borrowing Canvas, _ plot: Rectangle, _ x: Scale, _ theme: Theme
  ) {
    guard x.values.contains(border.x) else { return }
    let place = x.place(border.x)
    canvas.line(
      [Point(place, plot.y), Point(place, plot.bottom)],
      .init(theme.quiet, width: 1, dash: [3, 3]))
    let style = Canvas.TextStyle(size: 9.5, theme.quiet)
    // On the side with more room.
    let isLeft = place > plot.center.x
    canvas.text(
      border.label, at: Point(place + (isLeft ? -4 : 4), plot.y + 8), style,
      isLeft ? .trailing : .leading)
  }

  private func draw(
    _ line: Series, on canvas: borrowing Canvas, _ x: Scale, _ y: Scale, _ theme: Theme
  ) {
    let color = theme.lines[line.color % theme.lines.count]
    for piece in line.points.split(whereSeparator: { $0 == nil }) {
      let places = piece.compactMap { $0 }.map { Point(x.place($0.x), y.place($0.y)) }
      if places.count > 1 { canvas.line(places, line.stroke(color)) }
      // Marks of a long line would hide it.
      let step = max(places.count / 20, 1)
      for index in places.indices where (places.count - 1 - index) % step == 0 {
        line.mark(places[index], color, on: canvas)
      }
    }
  }

  /// Writes each line's last value, moved apart where they would overlap.
  private func drawEnds(
    on canvas: borrowing Canvas, _ plot: Rectangle, _ x: Scale, _ y: Scale, _ theme: Theme
  ) {
    let ends = series.compactMap { line in
      line.points.compactMap { $0 }.last.map { (line: line, point: $0) }
    }.sorted { $0.point.y > $1.point.y }
    var top = plot.y - 6
    for (line, point) in ends {
      top = max(y.place(point.y) + 3.6, top + 11)
      canvas.text(
        point.y.short, at: Point(x.place(point.x) + 7, top),
        .init(size: 10, theme.lines[line.color % theme.lines.count], isBold: true))
    }
  }
}

extension Chart.Series {
  func stroke(_ color: Color) -> Canvas.Stroke {
    Canvas.Stroke(color, width: 1.8, dash: isDashed ? [5, 3] : [])
  }

  /// A shape of the colour's own, so that lines are told apart without colours.
  func mark(_ place: Point, _ color: Color, on canvas: borrowing Canvas) {
    let size = 2.9
    func corner(_ x: Double, _ y: Double) -> Point { Point(place.x + x * size, place.y + y * size) }
    switch self.color % 4 {
    case 0: canvas.dot(place, radius: size * 0.95, color)
    case 1:
      canvas.fill(
        [corner(-0.9, -0.9), corner(0.9, -0.9), corner(0.9, 0.9), corner(-0.9, 0.9)], color)
    case 2: canvas.fill([corner(0, -1.2), corner(1.1, 0.8), corner(-1.1, 0.8)], color)
    default: canvas.fill([corner(0, -1.3), corner(1.3, 0), corner(0, 1.3), corner(-1.3, 0)], color)
    }
  }
}
