/// Lines over one pair of axes.
public struct Chart: Sendable {
  /// One line, with a mark at each of its points.
  public struct Series: Sendable {
    public var name: String
    /// Points in the order of x; a nil breaks the line.
    public var points: [Point?]
    /// Which of the theme's colours and which mark it has.
    public var color: Int
    public var isDashed: Bool

    public init(_ name: String, _ points: [Point?], color: Int, isDashed: Bool = false) {
      self.name = name
      self.points = points
      self.color = color
      self.isDashed = isDashed
    }
  }

  /// A place along x that means something.
  public struct Border: Sendable {
    public var x: Double
    public var label: String

    public init(x: Double, label: String) {
      self.x = x
      self.label = label
    }
  }

  public var title: String
  public var xLabel: String
  public var series: [Series]
  public var borders: [Border]
  /// What x reaches over at least, so that charts of one sheet can be compared.
  public var x: ClosedRange<Double>?
  /// Whether y begins at zero, as it should where heights are compared.
  public var startsAtZero: Bool

  public init(
    _ title: String, xLabel: String, series: [Series], borders: [Border] = [],
    x: ClosedRange<Double>? = nil, startsAtZero: Bool = false
  ) {
    self.title = title
    self.xLabel = xLabel
    self.series = series.filter { $0.points.contains { $0 != nil } }
    self.borders = borders
    self.x = x
    self.startsAtZero = startsAtZero
  }

  /// All points that are drawn.
  var points: [Point] { series.flatMap { $0.points.compactMap { $0 } } }
}
