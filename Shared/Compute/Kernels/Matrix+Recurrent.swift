extension Matrix {
  /// One step of an LSTM (Hochreiter and Schmidhuber 1997, with PyTorch's gate order i, f, g, o).
  ///
  /// This matrix holds the gates before activation [rows, 4h] and afterwards activated; `cell` and
  /// `hidden` [rows, h] receive the new state.
  public func lstmForward(previousCell: Matrix, cell: Matrix, hidden: Matrix) {
    let h = cell.columns
    precondition(
      columns == 4 * h && previousCell.columns == h && hidden.columns == h
        && previousCell.rows == rows && cell.rows == rows && hidden.rows == rows, "extents differ")
    unsafe Scalar.kernels.lstmForward(
      rows, h, pointer, stride, previousCell.pointer, previousCell.stride, cell.pointer,
      cell.stride, hidden.pointer, hidden.stride)
  }

  /// The gradient of ``lstmForward(previousCell:cell:hidden:)``: this matrix receives the gradient
  /// of the gates before activation; `dcell` holds ∂cell and then ∂previousCell.
  public func lstmBackward(
    activated gates: Matrix, previousCell: Matrix, cell: Matrix, dhidden: Matrix, dcell: Matrix
  ) {
    let h = cell.columns
    precondition(
      sameExtents(gates) && columns == 4 * h && previousCell.sameExtents(cell)
        && dhidden.sameExtents(cell) && dcell.sameExtents(cell) && cell.rows == rows,
      "extents differ")
    unsafe Scalar.kernels.lstmBackward(
      rows, h, gates.pointer, gates.stride, previousCell.pointer, previousCell.stride,
      cell.pointer, cell.stride, dhidden.pointer, dhidden.stride, dcell.pointer, dcell.stride,
      pointer, stride)
  }

  /// self = ∂x and `dgate` = ∂(gate before its sigmoid) of y = x ⊙ gate; self may be `dy`.
  public func gateBackward(_ dy: Matrix, _ x: Matrix, gate: Matrix, dgate: Matrix) {
    precondition(
      sameExtents(dy) && sameExtents(x) && sameExtents(gate) && sameExtents(dgate),
      "extents differ")
    unsafe Scalar.kernels.gateBackward(
      rows, columns, dy.pointer, dy.stride, x.pointer, x.stride, gate.pointer, gate.stride,
      pointer, stride, dgate.pointer, dgate.stride)
  }

  /// Additive attention (Bahdanau, Cho and Bengio 2015) for one query: element p of this single row
  /// becomes w · relu(keys[p] + query) + bias.
  ///
  /// keys [cells, n], query [1, n], w [1, n]; this row [1, cells].
  public func attentionScores(keys: Matrix, query: Matrix, w: Matrix, bias: Scalar) {
    let n = keys.columns
    precondition(
      rows == 1 && columns == keys.rows && query.count == n && query.rows == 1 && w.count == n
        && w.rows == 1, "extents differ")
    unsafe Scalar.kernels.attentionScores(
      keys.rows, n, keys.pointer, keys.stride, query.pointer, w.pointer, bias, pointer)
  }

  /// The gradient of ``attentionScores(keys:query:w:bias:)``, this row being ∂scores: adds to
  /// `dkeys`, `dquery` and `dw`.
  public func attentionScoresBackward(
    keys: Matrix, query: Matrix, w: Matrix, dkeys: Matrix, dquery: Matrix, dw: Matrix
  ) {
    let n = keys.columns
    precondition(
      rows == 1 && columns == keys.rows && dkeys.sameExtents(keys) && query.count == n
        && w.count == n && dquery.count == n && dw.count == n && dquery.rows == 1 && dw.rows == 1,
      "extents differ")
    unsafe Scalar.kernels.attentionScoresBackward(
      keys.rows, n, keys.pointer, keys.stride, query.pointer, w.pointer, pointer, dkeys.pointer,
      dkeys.stride, dquery.pointer, dw.pointer)
  }

  /// Cross-entropy of the softmax of each row against a target column, smoothed over all columns by
  /// `smoothing` (Szegedy and others 2016). The logits become their own gradient times `scale`.
  ///
  /// Returns the sum of the rows' losses (not scaled) and how many targets are among the five most
  /// likely columns.
  public func crossEntropy(
    targets: [Int32], smoothing: Scalar, scale: Scalar
  ) -> (loss: Double, top5: Int) {
    precondition(targets.count == rows && targets.allSatisfy { $0 >= 0 && $0 < columns })
    var top5 = 0
    let loss = unsafe targets.withUnsafeBufferPointer { targets in
      guard let first = targets.baseAddress else { return 0.0 }
      return unsafe Scalar.kernels.crossEntropy(
        rows, columns, pointer, stride, first, smoothing, scale, &top5)
    }
    return (loss, top5)
  }
}
