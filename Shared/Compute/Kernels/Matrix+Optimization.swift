extension Matrix {
  /// One step of Adam on these contiguous weights; see `CKernels.h` for the arithmetic.
  public func adam(
    gradient: Matrix, mean: Matrix, square: Matrix, rate: Scalar, beta1: Scalar, beta2: Scalar,
    epsilon: Scalar, correction1: Scalar, correction2: Scalar, clip: Scalar, decay: Scalar
  ) {
    precondition(
      [gradient, mean, square].allSatisfy { sameExtents($0) && $0.isContiguous } && isContiguous,
      "extents differ")
    unsafe Scalar.kernels.adam(
      count, pointer, gradient.pointer, mean.pointer, square.pointer, rate, beta1, beta2, epsilon,
      correction1, correction2, clip, decay)
  }

  /// Adds row i of `source` to row `indices[i]`: the gradient of ``gather(_:rows:)``.
  public func scatterAdd(_ source: Matrix, rows indices: [Int]) {
    precondition(indices.count == source.rows && columns == source.columns, "extents differ")
    for (row, index) in indices.enumerated() {
      precondition(index >= 0 && index < rows, "row \(index) of \(rows)")
      unsafe Scalar.kernels.axpy(
        columns, 1, source.pointer + row * source.stride, pointer + index * stride)
    }
  }
}
