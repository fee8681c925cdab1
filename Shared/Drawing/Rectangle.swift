/// A point of a picture: x to the right, y downwards, in its units.
public struct Point: Hashable, Sendable {
  public var x: Double
  public var y: Double

  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

/// A part of a picture.
public struct Rectangle: Hashable, Sendable {
  public var x: Double
  public var y: Double
  public var width: Double
  public var height: Double

  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  public var right: Double { x + width }
  public var bottom: Double { y + height }
  public var center: Point { Point(x + width / 2, y + height / 2) }

  /// The rectangle without margins of those widths.
  public func inset(
    left: Double = 0, top: Double = 0, right: Double = 0, bottom: Double = 0
  ) -> Rectangle {
    Rectangle(
      x: x + left, y: y + top, width: max(width - left - right, 0),
      height: max(height - top - bottom, 0))
  }
}
