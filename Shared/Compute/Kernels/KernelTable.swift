internal import CKernels
internal import COpenBLAS

/// The C loops and BLAS products for one scalar type. ``Matrix`` calls them after it has checked
/// the extents; what each does is said in `CKernels.h`.
@safe
public struct KernelTable<Scalar>: @unchecked Sendable {
  typealias Input = UnsafePointer<Scalar>
  typealias Output = UnsafeMutablePointer<Scalar>

  let gemm:
    (
      _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int, _ alpha: Scalar,
      _ a: Input, _ lda: Int, _ b: Input, _ ldb: Int, _ beta: Scalar, _ c: Output, _ ldc: Int
    ) -> Void
  /// y = op(A)·x for A [m, n].
  let gemv:
    (
      _ transpose: Bool, _ m: Int, _ n: Int, _ alpha: Scalar, _ a: Input, _ lda: Int, _ x: Input,
      _ beta: Scalar, _ y: Output
    ) -> Void
  let fill: (Int, Int, Scalar, Output, Int) -> Void
  let scale: (Int, Int, Scalar, Output, Int) -> Void
  let average: (Int, Int, Scalar, Input, Int, Output, Int) -> Void
  let axpy: (Int, Scalar, Input, Output) -> Void
  let addBias: (Int, Int, Input, Output, Int) -> Void
  let addColumnSums: (Int, Int, Input, Int, Output) -> Void
  let sigmoid: (Int, Int, Output, Int) -> Void
  let tanh: (Int, Int, Output, Int) -> Void
  let tanhBackward: (Int, Int, Input, Int, Input, Int, Output, Int) -> Void
  let log: (Int, Int, Output, Int) -> Void
  let relu: (Int, Int, Output, Int) -> Void
  let reluBackward: (Int, Int, Input, Int, Input, Int, Output, Int) -> Void
  let multiply: (Int, Int, Input, Int, Input, Int, Output, Int) -> Void
  let gateBackward: (Int, Int, Input, Int, Input, Int, Input, Int, Output, Int, Output, Int) -> Void
  let lstmForward: (Int, Int, Output, Int, Input, Int, Output, Int, Output, Int) -> Void
  let lstmBackward:
    (
      Int, Int, Input, Int, Input, Int, Input, Int, Input, Int, Output, Int, Output, Int
    ) -> Void
  let gruForward: (Int, Int, Output, Int, Input, Int, Output, Int) -> Void
  let gruBackward: (Int, Int, Input, Int, Input, Int, Input, Int, Output, Int, Output, Int) -> Void
  let softmax: (Int, Int, Output, Int) -> Void
  let logSumExp: (Int, Int, Input, Int, Output) -> Void
  let largest: (Int, Input, Int, Output, UnsafeMutablePointer<Int>) -> Void
  let softmaxBackward: (Int, Int, Input, Int, Input, Int, Output, Int) -> Void
  let crossEntropy:
    (
      Int, Int, Output, Int, UnsafePointer<Int32>, Input?, Scalar, Scalar, UnsafeMutablePointer<Int>
    ) -> Double
  let attentionScores: (Int, Int, Int, Input, Int, Input, Int, Input, Scalar, Output, Int) -> Void
  let attentionScoresBackward:
    (Int, Int, Input, Int, Input, Input, Input, Output, Int, Output, Output) -> Void
  let attentionScoresTanh:
    (Int, Int, Int, Input, Int, Input, Int, Input, Scalar, Output, Int) -> Void
  let attentionScoresTanhBackward:
    (Int, Int, Input, Int, Input, Input, Input, Output, Int, Output, Output) -> Void
  let weightedSums: (Int, Int, Int, Input, Int, Input, Int, Int, Output, Int) -> Void
  let dropout: (Int, Int, Input, Int, Output, Int, Scalar, UInt64) -> Void
  let adam:
    (
      Int, Output, Input, Output, Output, Scalar, Scalar, Scalar, Scalar, Scalar, Scalar, Scalar,
      Scalar
    ) -> Void
  let packedCount: (_ outputs: Int, _ inputs: Int) -> Int
  let pack: (Int, Int, Input, _ outputStride: Int, _ inputStride: Int, Output) -> Void
  let packedProduct:
    (Int, _ outputs: Int, _ inputs: Int, Input, Int, _ packed: Input, Int, Output, Int) -> Void
}

private func operation(_ transpose: Bool) -> CBLAS_TRANSPOSE {
  transpose ? CblasTrans : CblasNoTrans
}

extension KernelTable where Scalar == Float {
  static let float: KernelTable = {
    let c = unsafe ck_kernels_f32().pointee
    return unsafe KernelTable(
      gemm: { transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc in
        unsafe cblas_sgemm(
          CblasRowMajor, operation(transposeA), operation(transposeB), Int32(m), Int32(n), Int32(k),
          alpha, a, Int32(lda), b, Int32(ldb), beta, c, Int32(ldc))
      },
      gemv: { transpose, m, n, alpha, a, lda, x, beta, y in
        unsafe cblas_sgemv(
          CblasRowMajor, operation(transpose), Int32(m), Int32(n), alpha, a, Int32(lda), x, 1, beta,
          y, 1)
      },
      fill: c.fill,
      scale: c.scale,
      average: c.average,
      axpy: c.axpy,
      addBias: c.add_bias,
      addColumnSums: c.add_column_sums,
      sigmoid: c.sigmoid,
      tanh: c.tanh,
      tanhBackward: c.tanh_backward,
      log: c.log,
      relu: c.relu,
      reluBackward: c.relu_backward,
      multiply: c.multiply,
      gateBackward: c.gate_backward,
      lstmForward: c.lstm_forward,
      lstmBackward: c.lstm_backward,
      gruForward: c.gru_forward,
      gruBackward: c.gru_backward,
      softmax: c.softmax,
      logSumExp: c.log_sum_exp,
      largest: c.largest,
      softmaxBackward: c.softmax_backward,
      crossEntropy: c.cross_entropy,
      attentionScores: c.attention_scores,
      attentionScoresBackward: c.attention_scores_backward,
      attentionScoresTanh: c.attention_scores_tanh,
      attentionScoresTanhBackward: c.attention_scores_tanh_backward,
      weightedSums: c.weighted_sums,
      dropout: c.dropout,
      adam: c.adam,
      packedCount: c.packed_count,
      pack: c.pack,
      packedProduct: c.packed_product)
  }()
}

extension KernelTable where Scalar == Double {
  static let double: KernelTable = {
    let c = unsafe ck_kernels_f64().pointee
    return unsafe KernelTable(
      gemm: { transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc in
        unsafe cblas_dgemm(
          CblasRowMajor, operation(transposeA), operation(transposeB), Int32(m), Int32(n), Int32(k),
          alpha, a, Int32(lda), b, Int32(ldb), beta, c, Int32(ldc))
      },
      gemv: { transpose, m, n, alpha, a, lda, x, beta, y in
        unsafe cblas_dgemv(
          CblasRowMajor, operation(transpose), Int32(m), Int32(n), alpha, a, Int32(lda), x, 1, beta,
          y, 1)
      },
      fill: c.fill,
      scale: c.scale,
      average: c.average,
      axpy: c.axpy,
      addBias: c.add_bias,
      addColumnSums: c.add_column_sums,
      sigmoid: c.sigmoid,
      tanh: c.tanh,
      tanhBackward: c.tanh_backward,
      log: c.log,
      relu: c.relu,
      reluBackward: c.relu_backward,
      multiply: c.multiply,
      gateBackward: c.gate_backward,
      lstmForward: c.lstm_forward,
      lstmBackward: c.lstm_backward,
      gruForward: c.gru_forward,
      gruBackward: c.gru_backward,
      softmax: c.softmax,
      logSumExp: c.log_sum_exp,
      largest: c.largest,
      softmaxBackward: c.softmax_backward,
      crossEntropy: c.cross_entropy,
      attentionScores: c.attention_scores,
      attentionScoresBackward: c.attention_scores_backward,
      attentionScoresTanh: c.attention_scores_tanh,
      attentionScoresTanhBackward: c.attention_scores_tanh_backward,
      weightedSums: c.weighted_sums,
      dropout: c.dropout,
      adam: c.adam,
      packedCount: c.packed_count,
      pack: c.pack,
      packedProduct: c.packed_product)
  }()
}
