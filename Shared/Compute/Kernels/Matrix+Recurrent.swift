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

  /// One step of a GRU (Cho and others 2014, as PyTorch has it).
  ///
  /// This matrix holds [rows, 4h]: the reset gate r, the update gate z and the input's part of the
  /// candidate n before activation, which become activated, and the hidden state's part of n, which
  /// r multiplies. `hidden` [rows, h] receives the new state.
  public func gruForward(previousHidden: Matrix, hidden: Matrix) {
    let h = hidden.columns
    precondition(
      columns == 4 * h && previousHidden.sameExtents(hidden) && hidden.rows == rows,
      "extents differ")
    unsafe Scalar.kernels.gruForward(
      rows, h, pointer, stride, previousHidden.pointer, previousHidden.stride, hidden.pointer,
      hidden.stride)
  }

  /// The gradient of ``gruForward(previousHidden:hidden:)``: this matrix receives the gradient of
  /// its four parts before activation, `dprevious` what of ∂hidden passes the gates by.
  public func gruBackward(
    activated gates: Matrix, previousHidden: Matrix, dhidden: Matrix, dprevious: Matrix
  ) {
    let h = dhidden.columns
    precondition(
      sameExtents(gates) && columns == 4 * h && previousHidden.sameExtents(dhidden)
        && dprevious.sameExtents(dhidden) && dhidden.rows == rows, "extents differ")
    unsafe Scalar.kernels.gruBackward(
      rows, h, gates.pointer, gates.stride, previousHidden.pointer, previousHidden.stride,
      dhidden.pointer, dhidden.stride, dprevious.pointer, dprevious.stride, pointer, stride)
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
}
