extension Matrix {
  /// self += scale · x.
  public func add(_ x: Matrix, scale: Scalar = 1) {
    precondition(sameExtents(x), "extents differ")
    if isContiguous && x.isContiguous {
      unsafe Scalar.kernels.axpy(count, scale, x.pointer, pointer)
      return
    }
    for row in 0..<rows {
      unsafe Scalar.kernels.axpy(
        columns, scale, x.pointer + row * x.stride, pointer + row * stride)
    }
  }

  /// Sets every element.
  public func fill(_ value: Scalar) {
    unsafe Scalar.kernels.fill(rows, columns, value, pointer, stride)
  }

  /// Multiplies every element.
  public func scale(by factor: Scalar) {
    unsafe Scalar.kernels.scale(rows, columns, factor, pointer, stride)
  }

  /// self = keep · self + (1 − keep) · x: a running mean.
  public func average(_ x: Matrix, keep: Scalar) {
    precondition(sameExtents(x), "extents differ")
    unsafe Scalar.kernels.average(rows, columns, keep, x.pointer, x.stride, pointer, stride)
  }

  /// Adds `bias` [1, columns] to each row.
  public func addBias(_ bias: Matrix) {
    precondition(bias.rows == 1 && bias.columns == columns, "bias of \(bias.columns)")
    unsafe Scalar.kernels.addBias(rows, columns, bias.pointer, pointer, stride)
  }

  /// Adds the sum of the rows of `x` to this single row: the gradient of ``addBias(_:)``.
  public func addColumnSums(_ x: Matrix) {
    precondition(rows == 1 && x.columns == columns, "sums of \(x.columns) into \(columns)")
    unsafe Scalar.kernels.addColumnSums(x.rows, columns, x.pointer, x.stride, pointer)
  }

  /// self = x ⊙ y; either may be this matrix.
  public func multiply(_ x: Matrix, _ y: Matrix) {
    precondition(sameExtents(x) && sameExtents(y), "extents differ")
    unsafe Scalar.kernels.multiply(
      rows, columns, x.pointer, x.stride, y.pointer, y.stride, pointer, stride)
  }

  /// The logistic function of each element, in place.
  public func sigmoid() { unsafe Scalar.kernels.sigmoid(rows, columns, pointer, stride) }

  /// The hyperbolic tangent of each element, in place.
  public func tanh() { unsafe Scalar.kernels.tanh(rows, columns, pointer, stride) }

  /// self = ∂x of y = tanh(x), given y and ∂y; self may be ∂y.
  public func tanhBackward(_ y: Matrix, _ dy: Matrix) {
    precondition(sameExtents(y) && sameExtents(dy), "extents differ")
    unsafe Scalar.kernels.tanhBackward(
      rows, columns, y.pointer, y.stride, dy.pointer, dy.stride, pointer, stride)
  }

  /// The natural logarithm of each element, in place.
  public func logarithm() { unsafe Scalar.kernels.log(rows, columns, pointer, stride) }

  /// max(0, x) of each element, in place.
  public func relu() { unsafe Scalar.kernels.relu(rows, columns, pointer, stride) }

  /// self = ∂x of y = relu(x), given y and ∂y; self may be ∂y.
  public func reluBackward(_ y: Matrix, _ dy: Matrix) {
    precondition(sameExtents(y) && sameExtents(dy), "extents differ")
    unsafe Scalar.kernels.reluBackward(
      rows, columns, y.pointer, y.stride, dy.pointer, dy.stride, pointer, stride)
  }

  /// The softmax of each row, in place.
  public func softmax() {
    if columns > 0 { unsafe Scalar.kernels.softmax(rows, columns, pointer, stride) }
  }

  /// log Σ exp(x) of each row, [rows]: what a row's elements exceed their log-softmax by.
  public func logSumExp() -> [Scalar] {
    precondition(columns > 0, "a sum over nothing")
    return unsafe [Scalar](unsafeUninitializedCapacity: rows) { sums, count in
      count = rows
      guard let first = sums.baseAddress else { return }
      unsafe Scalar.kernels.logSumExp(rows, columns, pointer, stride, first)
    }
  }

  /// self = ∂x of y = softmax(x), given y and ∂y.
  public func softmaxBackward(_ y: Matrix, _ dy: Matrix) {
    precondition(sameExtents(y) && sameExtents(dy), "extents differ")
    unsafe Scalar.kernels.softmaxBackward(
      rows, columns, y.pointer, y.stride, dy.pointer, dy.stride, pointer, stride)
  }

  /// self = x ⊙ mask / keep, where each element is kept with probability `keep`, decided by `seed`
  /// and the element's place alone, so that the backward pass draws the same mask from the seed.
  public func dropout(_ x: Matrix, keep: Scalar, seed: UInt64) {
    precondition(sameExtents(x) && keep > 0 && keep <= 1, "extents differ, or keep is \(keep)")
    unsafe Scalar.kernels.dropout(rows, columns, x.pointer, x.stride, pointer, stride, keep, seed)
  }

  func sameExtents(_ other: Matrix) -> Bool { rows == other.rows && columns == other.columns }
}
