/// The nonlinearity in the hidden layer of an attention.
public enum AttentionActivation: String, Sendable, CaseIterable, Codable {
  case relu, tanh
}

extension Matrix {
  /// Additive attention (Bahdanau, Cho and Bengio 2015) for one query: element p of this single row
  /// becomes w · activation(keys[p] + query) + bias.
  ///
  /// keys [cells, n], query [1, n], w [1, n]; this row [1, cells].
  public func attentionScores(
    keys: Matrix, query: Matrix, w: Matrix, bias: Scalar, activation: AttentionActivation
  ) {
    let n = keys.columns
    precondition(
      rows == 1 && columns == keys.rows && query.count == n && query.rows == 1 && w.count == n
        && w.rows == 1, "extents differ")
    let kernel =
      switch activation {
      case .relu: unsafe Scalar.kernels.attentionScores
      case .tanh: unsafe Scalar.kernels.attentionScoresTanh
      }
    unsafe kernel(
      keys.rows, n, keys.pointer, keys.stride, query.pointer, w.pointer, bias, pointer)
  }

  /// The gradient of ``attentionScores(keys:query:w:bias:activation:)``, this row being ∂scores:
  /// adds to `dkeys`, `dquery` and `dw`.
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
