/// Weights laid out once for many products of few rows each, as a recurrent step's are.
///
/// BLAS lays out its operands anew for each product, which takes as long as the product itself where
/// there are only a dozen rows. A row of a product does not depend on how many rows there are.
public struct PackedMatrix<Scalar: Real>: Sendable {
  /// Columns of what is multiplied.
  public let inputs: Int
  /// Columns of the product.
  public let outputs: Int
  private let elements: Matrix<Scalar>

  /// Packs weights [out, in] for x·Wᵀ or, for `transposed`, weights [in, out] for x·W.
  public init(_ weights: Matrix<Scalar>, transposed: Bool = false) {
    (outputs, inputs) =
      transposed ? (weights.columns, weights.rows) : (weights.rows, weights.columns)
    let kernels = Scalar.kernels
    elements = Matrix(1, kernels.packedCount(outputs, inputs))
    if elements.count == 0 { return }
    unsafe kernels.pack(
      outputs, inputs, weights.pointer, transposed ? 1 : weights.stride,
      transposed ? weights.stride : 1, elements.pointer)
  }

  fileprivate var pointer: UnsafeMutablePointer<Scalar> { unsafe elements.pointer }
}

extension Matrix {
  /// self = x·w + (accumulate ? self : 0), where w is what was packed, turned as it was asked for.
  public func product(_ x: Matrix, _ w: PackedMatrix<Scalar>, accumulate: Bool = false) {
    precondition(
      x.columns == w.inputs && columns == w.outputs && x.rows == rows,
      "product of \(x.rows)×\(x.columns) and \(w.inputs)×\(w.outputs) into \(rows)×\(columns)")
    if count == 0 { return }
    if w.inputs == 0 {
      if !accumulate { fill(0) }
      return
    }
    unsafe Scalar.kernels.packedProduct(
      rows, w.outputs, w.inputs, x.pointer, x.stride, w.pointer, accumulate ? 1 : 0, pointer,
      stride)
  }
}
