internal import Tensor

/// Weights laid out once for many products of few rows each, as a recurrent step's are.
///
/// BLAS lays out its operands anew for each product, which takes as long as the product itself where
/// there are only a dozen rows. A row of a product does not depend on how many rows there are.
public struct PackedMatrix<Scalar: Real>: Sendable {
  /// Columns of what is multiplied.
  public let inputs: Int
  /// Columns of the product.
  public let outputs: Int
  private let storage: Storage

  private enum Storage {
    case elements(Matrix<Scalar>)
    /// Pairs of bfloat16, see `CKernels_bf16`.
    case halves(AlignedBuffer)
  }

  /// Packs weights for products with them.
  ///
  /// - Parameters:
  ///   - weights: [out, in] for x·Wᵀ; [in, out] for x·W.
  ///   - transposed: whether they are [in, out].
  ///   - halves: whether weights, and what is multiplied by them, are rounded to bfloat16 and
  ///     products summed in float32: half the memory and less than half the time. Only where
  ///     ``multipliesBFloat16``.
  public init(_ weights: Matrix<Scalar>, transposed: Bool = false, halves: Bool = false) {
    (outputs, inputs) =
      transposed ? (weights.columns, weights.rows) : (weights.rows, weights.columns)
    let strides = transposed ? (1, weights.stride) : (weights.stride, 1)
    if halves {
      guard let kernels = Scalar.kernels.halves else {
        preconditionFailure("this processor does not multiply bfloat16")
      }
      let buffer = AlignedBuffer(byteCount: 2 * kernels.packedCount(outputs, inputs))
      storage = .halves(buffer)
      let (outputs, inputs) = (outputs, inputs)
      if outputs * inputs > 0 {
        unsafe buffer.withUnsafeMutableBytes { bytes in
          unsafe kernels.pack(
            outputs, inputs, weights.pointer, strides.0, strides.1,
            bytes.baseAddress!.assumingMemoryBound(to: UInt16.self))
        }
      }
      return
    }
    let kernels = Scalar.kernels
    let elements = Matrix<Scalar>(1, kernels.packedCount(outputs, inputs))
    storage = .elements(elements)
    if elements.count == 0 { return }
    unsafe kernels.pack(
      outputs, inputs, weights.pointer, strides.0, strides.1, elements.pointer)
  }

  /// Whether this processor multiplies bfloat16 (AVX512_BF16), and matrices of this type are float32.
  public static var multipliesBFloat16: Bool { Scalar.kernels.halves != nil }

  fileprivate func multiply(_ x: Matrix<Scalar>, into y: Matrix<Scalar>, accumulate: Bool) {
    switch storage {
    case .elements(let elements):
      unsafe Scalar.kernels.packedProduct(
        x.rows, outputs, inputs, x.pointer, x.stride, elements.pointer, accumulate ? 1 : 0,
        y.pointer, y.stride)
    case .halves(let buffer):
      unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe Scalar.kernels.halves!.packedProduct(
          x.rows, outputs, inputs, x.pointer, x.stride,
          bytes.baseAddress!.assumingMemoryBound(to: UInt16.self), accumulate ? 1 : 0, y.pointer,
          y.stride)
      }
    }
  }
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
    w.multiply(x, into: self, accumulate: accumulate)
  }
}
