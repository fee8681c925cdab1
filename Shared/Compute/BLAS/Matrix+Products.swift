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
    unsafe Scalar.kernels.gemm(
      transposeA, transposeB, m, n, k, scale, a.pointer, max(a.stride, 1), b.pointer,
      max(b.stride, 1), accumulate ? 1 : 0, pointer, max(stride, 1))
  }

  /// y = x·Wᵀ + b for weights [out, in] and a bias [1, out].
  public func linear(_ x: Matrix, _ weight: Matrix, _ bias: Matrix) {
    product(x, weight, transposeB: true)
    addBias(bias)
  }

  /// self = x · b + (accumulate ? self : 0) for single rows x and self; `transposeB` reads b as its
  /// transpose. BLAS's matrix-vector product: faster than ``product(_:transposeA:_:transposeB:scale:accumulate:)``.
  public func rowProduct(
    _ x: Matrix, _ b: Matrix, transposeB: Bool = false, accumulate: Bool = false
  ) {
    let (k, n) = transposeB ? (b.columns, b.rows) : (b.rows, b.columns)
    precondition(
      x.rows == 1 && rows == 1 && x.columns == k && columns == n && n > 0 && k > 0,
      "product of 1×\(x.columns) and \(k)×\(n) into \(rows)×\(columns)")
    unsafe Scalar.kernels.gemv(
      !transposeB, b.rows, b.columns, 1, b.pointer, b.stride, x.pointer, accumulate ? 1 : 0, pointer
    )
  }

  /// The number of rows, at least `count`, at which a row of a single-threaded product does not
  /// depend on how many rows there are: OpenBLAS's kernels work on blocks of up to twelve rows and
  /// sum in another order in an incomplete block. (Its kernels for AVX2 also sum in another order
  /// in the second half of a block, so that there a row's last bits depend on its place.)
  public static func paddedRowCount(_ count: Int) -> Int { (count + 11) / 12 * 12 }
}
