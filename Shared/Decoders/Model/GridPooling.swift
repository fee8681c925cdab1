public import Compute

/// Average pooling of a feature map to another grid, as PyTorch's AdaptiveAvgPool2d does it: bin i
/// of n covers cells ⌊i·size/n⌋ ..< ⌈(i+1)·size/n⌉ of its axis, so a finer grid repeats cells.
///
/// It is linear, so projections are done on the native grid first and pooled after: the same
/// numbers for less work.
public struct GridPooling: Sendable, Equatable, Codable {
  /// Rows and columns of the feature map.
  public var height: Int
  public var width: Int
  /// Rows and columns of the grid that attention weighs.
  public var pooledHeight: Int
  public var pooledWidth: Int

  public init(height: Int, width: Int, pooledHeight: Int, pooledWidth: Int) {
    self.height = height
    self.width = width
    self.pooledHeight = pooledHeight
    self.pooledWidth = pooledWidth
  }

  enum CodingKeys: String, CodingKey {
    case height, width
    case pooledHeight = "pooled_height"
    case pooledWidth = "pooled_width"
  }

  var isSound: Bool {
    [height, width, pooledHeight, pooledWidth].allSatisfy { (1...1024).contains($0) }
  }

  public var cells: Int { height * width }
  public var pooledCells: Int { pooledHeight * pooledWidth }

  /// Calls `body` with each pooled cell, each native cell in its bin and that one's share.
  private func eachShare(_ body: (_ pooled: Int, _ native: Int, _ share: Double) -> Void) {
    func bin(_ index: Int, _ bins: Int, _ size: Int) -> Range<Int> {
      index * size / bins..<((index + 1) * size + bins - 1) / bins
    }
    for row in 0..<pooledHeight {
      for column in 0..<pooledWidth {
        let (rows, columns) = (bin(row, pooledHeight, height), bin(column, pooledWidth, width))
        let share = 1 / Double(rows.count * columns.count)
        for y in rows {
          for x in columns { body(row * pooledWidth + column, y * width + x, share) }
        }
      }
    }
  }

  /// pooled = P·native: [cells, n] to [pooled cells, n].
  public func pool<Scalar: Real>(_ native: Matrix<Scalar>, into pooled: Matrix<Scalar>) {
    precondition(native.rows == cells && pooled.rows == pooledCells, "another grid")
    pooled.fill(0)
    eachShare { to, from, share in
      pooled[rows: to..<to + 1].add(native[rows: from..<from + 1], scale: Scalar(share))
    }
  }

  /// native += Pᵀ·pooled: the gradient of ``pool(_:into:)``.
  public func poolBackward<Scalar: Real>(_ dpooled: Matrix<Scalar>, into dnative: Matrix<Scalar>) {
    precondition(dnative.rows == cells && dpooled.rows == pooledCells, "another grid")
    eachShare { to, from, share in
      dnative[rows: from..<from + 1].add(dpooled[rows: to..<to + 1], scale: Scalar(share))
    }
  }

  /// What weights over the pooled cells amount to over the native ones: w·P, each row
  /// [pooled cells] to [cells], so that Σ w·pooled = Σ fold(w)·native.
  public func fold<Scalar: Real>(_ weights: Matrix<Scalar>, into native: Matrix<Scalar>) {
    precondition(native.columns == cells && weights.columns == pooledCells, "another grid")
    native.fill(0)
    for row in 0..<weights.rows {
      eachShare { to, from, share in
        native[row, from] += weights[row, to] * Scalar(share)
      }
    }
  }

  /// weights = native·Pᵀ: the gradient of ``fold(_:into:)``.
  public func foldBackward<Scalar: Real>(_ dnative: Matrix<Scalar>, into dweights: Matrix<Scalar>) {
    precondition(dnative.columns == cells && dweights.columns == pooledCells, "another grid")
    dweights.fill(0)
    for row in 0..<dweights.rows {
      eachShare { to, from, share in
        dweights[row, to] += dnative[row, from] * Scalar(share)
      }
    }
  }
}
