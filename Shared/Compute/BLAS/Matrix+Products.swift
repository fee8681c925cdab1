extension Matrix {
  /// self = scale · a · b + (accumulate ? self : 0), where `transposeA` and `transposeB` read an
  /// operand as its transpose.
  ///
  /// A layer y = x·Wᵀ with weights [out, in], as PyTorch stores them, is
  /// `y.product(x, w, transposeB: true)`.
  public func product(
    _ a: Matrix, transposeA: Bool = false, _ b: Matrix, transposeB: Bool = false,
    scale: Scalar = 1, accumulate: Bool = false
  ) {
    let (m, k) = transposeA ? (a.columns, a.rows) : (a.rows, a.columns)
    let (kb, n) = transposeB ? (b.columns, b.rows) : (b.rows, b.columns)
    precondition(
      k == kb && m == rows && n == columns,
      "product of \(m)×\(k) and \(kb)×\(n) into \(rows)×\(columns)")
    if m == 0 || n == 0 { return }
    if k == 0 {
      if !accumulate { fill(0) }
      return
    }
    if m == 1 && !transposeA {
      unsafe Scalar.kernels.gemv(
        !transposeB, b.rows, b.columns, scale, b.pointer, max(b.stride, 1), a.pointer,
        accumulate ? 1 : 0, pointer)
      return
    }
    unsafe Scalar.kernels.gemm(
      transposeA, transposeB, m, n, k, scale, a.pointer, max(a.stride, 1), b.pointer,
      max(b.stride, 1), accumulate ? 1 : 0, pointer, max(stride, 1))
  }

  /// y = x·Wᵀ + b for weights [out, in] and a bias [1, out].
  public func linear(_ x: Matrix, _ weight: Matrix, _ bias: Matrix) {
    product(x, weight, transposeB: true)
    addBias(bias)
  }
}
