internal import Glibc

/// Attention weights made smooth, as pictures of them show them: scikit-image's `pyramid_expand`,
/// with which Show, Attend and Tell (Xu and others 2015) made its figures. Each cell grows to
/// `scale` pixels by bilinear interpolation, and a Gaussian smooths the result.
struct AttentionMap: Sendable {
  let width: Int
  let height: Int
  /// Row by row.
  private(set) var values: [Double]

  /// - Parameters:
  ///   - weights: [rows·columns], row by row; what is no weight counts as 0.
  ///   - scale: pixels of a cell's side; the paper has 24.
  ///   - sigma: the Gaussian's standard deviation in pixels; the paper has 8.
  init(_ weights: [Float], rows: Int, columns: Int, scale: Int = 24, sigma: Double = 8) {
    precondition(weights.count == rows * columns && rows > 0 && columns > 0, "no grid")
    width = columns * scale
    height = rows * scale
    let across = Self.interpolate(
      weights.map { $0.isFinite ? max(Double($0), 0) : 0 }, rows: rows, columns: columns,
      scale: scale)
    let down = Self.interpolate(
      Self.transposed(across, rows: rows, columns: width), rows: width, columns: rows,
      scale: scale)
    let kernel = Self.gaussian(sigma)
    // Each pass smooths along rows and turns the map over: twice is both ways and upright.
    let smoothDown = Self.convolve(down, rows: width, columns: height, kernel)
    values = Self.convolve(
      Self.transposed(smoothDown, rows: width, columns: height), rows: height, columns: width,
      kernel)
  }

  /// The values from 0 to 1: 1 is the map's highest, unless that is so low that the decoder looked
  /// nowhere in particular. A map that is the same everywhere is therefore dim everywhere.
  var shares: [Double] {
    let cells = Double(width * height)
    let mean = values.reduce(0, +) / cells
    let top = max(values.max() ?? 0, 3 * mean)
    return values.map { top > 0 ? min(max($0 / top, 0), 1) : 0 }
  }

  /// Grows rows; cells lie at their centres, and the border mirrors them.
  private static func interpolate(
    _ source: [Double], rows: Int, columns: Int, scale: Int
  ) -> [Double] {
    let places = (0..<columns * scale).map { (Double($0) + 0.5) / Double(scale) - 0.5 }
    /// … 2 1 | 0 1 2 … n−1 | n−2 …
    func mirrored(_ column: Int) -> Int {
      guard columns > 1 else { return 0 }
      if column < 0 { return -column }
      return column < columns ? column : 2 * (columns - 1) - column
    }
    var result: [Double] = []
    result.reserveCapacity(rows * columns * scale)
    for row in 0..<rows {
      for place in places {
        let left = Int(place.rounded(.down))
        let share = place - Double(left)
        let values = (
          source[row * columns + mirrored(left)], source[row * columns + mirrored(left + 1)]
        )
        result.append(values.0 * (1 - share) + values.1 * share)
      }
    }
    return result
  }

  /// Half of a symmetric kernel, cut off at four standard deviations as SciPy does.
  private static func gaussian(_ sigma: Double) -> [Double] {
    let radius = Int(4 * sigma + 0.5)
    let raw = (0...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
    let sum = raw[0] + 2 * raw.dropFirst().reduce(0, +)
    return raw.map { $0 / sum }
  }

  /// Smooths rows; beyond the border they go on backwards, the last value twice.
  private static func convolve(
    _ source: [Double], rows: Int, columns: Int, _ kernel: [Double]
  ) -> [Double] {
    func reflected(_ column: Int) -> Int {
      let period = 2 * columns
      let place = ((column % period) + period) % period
      return place < columns ? place : period - 1 - place
    }
    var result = [Double](repeating: 0, count: source.count)
    for row in 0..<rows {
      let start = row * columns
      for column in 0..<columns {
        var sum = source[start + column] * kernel[0]
        for distance in 1..<kernel.count {
          sum +=
            kernel[distance]
            * (source[start + reflected(column - distance)]
              + source[start + reflected(column + distance)])
        }
        result[start + column] = sum
      }
    }
    return result
  }

  private static func transposed(_ source: [Double], rows: Int, columns: Int) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(source.count)
    for column in 0..<columns {
      for row in 0..<rows { result.append(source[row * columns + column]) }
    }
    return result
  }
}
