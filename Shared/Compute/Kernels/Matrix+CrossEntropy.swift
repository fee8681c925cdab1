extension Matrix {
  /// Cross-entropy of the softmax of each row against a target column, smoothed over all columns by
  /// `smoothing` (Szegedy and others 2016) and, where `weights` are given, times the row's weight.
  /// The logits become their own gradient times `scale`.
  ///
  /// Returns the weighted sum of the rows' losses (not scaled) and how many targets are among the
  /// five most likely columns.
  public func crossEntropy(
    targets: [Int32], weights: [Scalar]? = nil, smoothing: Scalar, scale: Scalar
  ) -> (loss: Double, top5: Int) {
    precondition(targets.count == rows && targets.allSatisfy { $0 >= 0 && $0 < columns })
    precondition(weights.map { $0.count == rows } ?? true, "a weight for each row")
    var top5 = 0
    let loss = unsafe targets.withUnsafeBufferPointer { targets in
      guard let first = targets.baseAddress else { return 0.0 }
      guard let weights else {
        return unsafe Scalar.kernels.crossEntropy(
          rows, columns, pointer, stride, first, nil, smoothing, scale, &top5)
      }
      return unsafe weights.withUnsafeBufferPointer { weights in
        unsafe Scalar.kernels.crossEntropy(
          rows, columns, pointer, stride, first, weights.baseAddress, smoothing, scale, &top5)
      }
    }
    return (loss, top5)
  }
}
