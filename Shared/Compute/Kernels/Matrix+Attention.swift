/// The nonlinearity in the hidden layer of an attention.
public enum AttentionActivation: String, Sendable, CaseIterable, Codable {
  case relu, tanh
}

extension Matrix {
  /// Additive attention (Bahdanau, Cho and Bengio 2015) of several queries to the same keys:
  /// element [r, p] becomes w · activation(keys[p] + queries[r]) + bias.
  ///
  /// keys [cells, n], queries [rows, n], w [1, n]; this matrix [rows, cells].
  public func attentionScores(
    keys: Matrix, queries: Matrix, w: Matrix, bias: Scalar, activation: AttentionActivation
  ) {
    let n = keys.columns
    precondition(
      columns == keys.rows && queries.columns == n && queries.rows == rows && w.count == n
        && w.rows == 1, "extents differ")
    let kernel =
      switch activation {
      case .relu: unsafe Scalar.kernels.attentionScores
      case .tanh: unsafe Scalar.kernels.attentionScoresTanh
      }
    unsafe kernel(
      rows, keys.rows, n, keys.pointer, keys.stride, queries.pointer, queries.stride, w.pointer,
      bias, pointer, stride)
  }

  /// What attention reads: row r becomes Σ_p weights[r, p] · values[p], or has it added.
  ///
  /// weights [rows, cells], values [cells, n]; this matrix [rows, n]. Unlike a product by BLAS it
  /// sums a row in the same order however many rows there are.
  public func weightedSums(_ weights: Matrix, _ values: Matrix, accumulate: Bool = false) {
    precondition(
      weights.rows == rows && weights.columns == values.rows && values.columns == columns,
      "extents differ")
    unsafe Scalar.kernels.weightedSums(
      rows, values.rows, columns, weights.pointer, weights.stride, values.pointer, values.stride,
      accumulate ? 1 : 0, pointer, stride)
  }

  /// The gradient of ``attentionScores(keys:queries:w:bias:activation:)`` for one query, this row
  /// being ∂scores: adds to `dkeys`, `dquery` and `dw`.
  public func attentionScoresBackward(
    keys: Matrix, query: Matrix, w: Matrix, dkeys: Matrix, dquery: Matrix, dw: Matrix,
    activation: AttentionActivation
  ) {
    let n = keys.columns
    precondition(
      rows == 1 && columns == keys.rows && dkeys.sameExtents(keys) && query.count == n
        && w.count == n && dquery.count == n && dw.count == n && dquery.rows == 1 && dw.rows == 1,
      "extents differ")
    let kernel =
      switch activation {
      case .relu: unsafe Scalar.kernels.attentionScoresBackward
      case .tanh: unsafe Scalar.kernels.attentionScoresTanhBackward
      }
    unsafe kernel(
      keys.rows, n, keys.pointer, keys.stride, query.pointer, w.pointer, pointer, dkeys.pointer,
      dkeys.stride, dquery.pointer, dw.pointer)
  }
}
