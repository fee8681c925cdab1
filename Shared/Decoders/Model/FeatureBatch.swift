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
  public subscript(image: Int) -> Matrix<Scalar> {
    values[rows: image * cells..<(image + 1) * cells]
  }

  /// Some of the images, sharing memory.
  public subscript(images range: Range<Int>) -> FeatureBatch {
    FeatureBatch(
      images: range.count, cells: cells,
      values: values[rows: range.lowerBound * cells..<range.upperBound * cells])
  }

  /// A linear layer of every cell: [images × cells, out]. Products run over whole blocks of rows, so
  /// that an image's rows do not depend on the others.
  func project(_ layer: LinearLayer<Scalar>) -> FeatureBatch {
    let projected = FeatureBatch(
      images: images, cells: cells, values: Matrix(values.rows, layer.weight.rows))
    let group = Matrix<Scalar>.paddedRowCount(1)
    for start in stride(from: 0, to: images, by: group) {
      let range = start..<min(start + group, images)
      let (input, output) = (self[images: range].values, projected[images: range].values)
      let padded = Matrix<Scalar>.paddedRowCount(input.rows)
      if padded == input.rows {
        layer.forward(input, into: output)
      } else {
        let (paddedInput, paddedOutput) = (
          Matrix<Scalar>(padded, input.columns), Matrix<Scalar>(padded, output.columns)
        )
        paddedInput[rows: 0..<input.rows].copy(from: input)
        layer.forward(paddedInput, into: paddedOutput)
        output.copy(from: paddedOutput[rows: 0..<input.rows])
      }
    }
    return projected
  }

  /// The maps on the pooled grid; the maps themselves where there is none.
  public func pooled(_ pooling: GridPooling?) -> FeatureBatch {
    guard let pooling else { return self }
    let pooled = FeatureBatch(
      images: images, cells: pooling.pooledCells,
      values: Matrix(images * pooling.pooledCells, values.columns))
    for index in 0..<images { pooling.pool(self[index], into: pooled[index]) }
    return pooled
  }

  /// The share of each cell in the mean, [1, cells].
  private func meanShares(_ pooling: GridPooling?) -> Matrix<Scalar> {
    let shares = Matrix<Scalar>(1, cells)
    guard let pooling else {
      shares.fill(1 / Scalar(cells))
      return shares
    }
    let even = Matrix<Scalar>(1, pooling.pooledCells)
    even.fill(1 / Scalar(pooling.pooledCells))
    pooling.fold(even, into: shares)
    return shares
  }

  /// The mean over the cells of each image, or over those of its pooled grid: [images, channels],
  /// followed by rows of zeros up to `rows`.
  public func means(rows: Int? = nil, pooling: GridPooling? = nil) -> Matrix<Scalar> {
    let means = Matrix<Scalar>(rows ?? images, values.columns)
    let shares = meanShares(pooling)
    for index in 0..<images { means[rows: index..<index + 1].rowProduct(shares, self[index]) }
    return means
  }

  /// The gradient of ``means(rows:pooling:)``: adds to that of the features, laid out as they are.
  public func meansBackward(
    _ dmeans: Matrix<Scalar>, into dfeatures: FeatureBatch, pooling: GridPooling? = nil
  ) {
    let shares = meanShares(pooling)
    for index in 0..<images {
      dfeatures[index].product(
        shares, transposeA: true, dmeans[rows: index..<index + 1], accumulate: true)
    }
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
      HalfPrecision.widen(map.elements(as: Float16.self), into: self[index])
    }
  }
}
