public import Compute
public import Tensor

/// The feature maps of several images: [images × cells, channels], one row a cell.
public struct FeatureBatch<Scalar: Real>: Sendable {
  public let images: Int
  public let cells: Int
  public let values: Matrix<Scalar>

  public init(images: Int, cells: Int, values: Matrix<Scalar>) {
    precondition(values.rows == images * cells, "\(values.rows) rows for \(images)×\(cells)")
    self.images = images
    self.cells = cells
    self.values = values
  }

  /// The rows of one image.
  public func image(_ index: Int, of matrix: Matrix<Scalar>) -> Matrix<Scalar> {
    matrix[rows: index * cells..<(index + 1) * cells]
  }

  /// A linear layer of every cell: [images × cells, out], one product an image, so that an image's
  /// rows do not depend on the others.
  func project(_ layer: LinearLayer<Scalar>) -> Matrix<Scalar> {
    let projected = Matrix<Scalar>(values.rows, layer.weight.rows)
    for index in 0..<images {
      layer.forward(image(index, of: values), into: image(index, of: projected))
    }
    return projected
  }

  /// The mean over the cells of each image: [images, channels], followed by rows of zeros up to
  /// `rows`.
  public func means(rows: Int? = nil) -> Matrix<Scalar> {
    let means = Matrix<Scalar>(rows ?? images, values.columns)
    for index in 0..<images {
      let mean = means[rows: index..<index + 1]
      mean.addColumnSums(image(index, of: values))
      mean.scale(by: 1 / Scalar(cells))
    }
    return means
  }
}

extension FeatureBatch where Scalar == Float {
  /// Widens feature maps that are stored or sent in half precision: each [cells, channels], all of
  /// the same extents.
  public init(_ maps: [Tensor]) {
    guard let first = maps.first else { preconditionFailure("a batch of no feature maps") }
    let (cells, channels) = (first.shape[0], first.shape[1])
    self.init(
      images: maps.count, cells: cells, values: Matrix(maps.count * cells, channels))
    for (index, map) in maps.enumerated() {
      precondition(map.shape == first.shape, "\(map.shape) beside \(first.shape)")
      HalfPrecision.widen(map.elements(as: Float16.self), into: image(index, of: values))
    }
  }
}
