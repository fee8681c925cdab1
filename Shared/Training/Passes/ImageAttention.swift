import Compute
import Decoders

/// How a decoder looks at its image during a training pass. The pass calls, in this order:
/// ``enter(_:)`` before each step, ``output()`` after the last; then ``outputGradient(_:)``,
/// ``stepGradient(_:_:)`` from the last step to the first, and ``finish(_:)``.
protocol ImageAttention<Scalar>: AnyObject {
  associatedtype Scalar: Real

  /// Looks before a step: adds a context to the step's gates.
  func enter(_ step: Int)

  /// What the vocabulary layer reads, [N, H].
  func output() -> Matrix<Scalar>

  /// α of all steps, [N, cells], which the doubly stochastic term of Xu and others (2015) sums up;
  /// nil for a decoder without attention.
  var weights: Matrix<Scalar>? { get }

  /// Turns ∂output into ∂hidden [N, H] and, where the memory was looked at, ∂cell [N, H].
  ///
  /// - Parameter dweights: what reaches α from the doubly stochastic term, [n, cells], the same at
  ///   each step of a caption.
  func outputGradient(
    _ doutput: Matrix<Scalar>, dweights: Matrix<Scalar>
  ) -> (dhidden: Matrix<Scalar>, dcell: Matrix<Scalar>?)

  /// The gradient of ``enter(_:)``, given that of the step's gates; adds to ∂ of the hidden state
  /// that entered.
  func stepGradient(_ step: Int, _ gradients: Recurrence<Scalar>.Gradients)

  /// Adds the gradients of the parameters, over all steps at once, and of the feature maps.
  func finish(_ gradients: Recurrence<Scalar>.Gradients, dfeatures: FeatureBatch<Scalar>?)

  /// Adds to ∂ of the embeddings [N, E] what reaches them past the cell.
  func addEmbeddingGradient(to dembedded: Matrix<Scalar>)

  /// What entered the cell beside the embedding, [N, K].
  var context: Matrix<Scalar> { get }
}

extension ImageAttention {
  func addEmbeddingGradient(to dembedded: Matrix<Scalar>) {}
}

/// Show and Tell: no look beyond the first state.
final class NoAttention<Scalar: Real>: ImageAttention {
  private let recurrence: Recurrence<Scalar>
  let context: Matrix<Scalar>
  let weights: Matrix<Scalar>? = nil

  init(_ recurrence: Recurrence<Scalar>) {
    self.recurrence = recurrence
    context = Matrix(recurrence.embedded.rows, 0)
  }

  func enter(_ step: Int) { _ = recurrence.enter(step) }
  func output() -> Matrix<Scalar> { recurrence.hidden }
  func outputGradient(
    _ doutput: Matrix<Scalar>, dweights: Matrix<Scalar>
  ) -> (dhidden: Matrix<Scalar>, dcell: Matrix<Scalar>?) { (doutput, nil) }
  func stepGradient(_ step: Int, _ gradients: Recurrence<Scalar>.Gradients) {}
  func finish(_ gradients: Recurrence<Scalar>.Gradients, dfeatures: FeatureBatch<Scalar>?) {}
}

extension CaptionBatch {
  /// For each image the packed rows of its captions.
  func packedRows(images count: Int) -> [[Int]] {
    var result = [[Int]](repeating: [], count: count)
    for rows in packedRows {
      for (caption, row) in rows.enumerated() { result[images[caption]].append(row) }
    }
    return result
  }
}

extension FeatureBatch {
  /// Adds Σ over an image's packed rows of weightsᵀ·dcontext to its cells: the gradient of the
  /// attended values, one product an image.
  func addAttended(
    weights: Matrix<Scalar>, _ dcontext: Matrix<Scalar>, rows: [[Int]]
  ) {
    for (image, rows) in rows.enumerated() where !rows.isEmpty {
      let itsWeights = Matrix<Scalar>(rows.count, weights.columns)
      let itsGradient = Matrix<Scalar>(rows.count, dcontext.columns)
      itsWeights.gather(weights, rows: rows)
      itsGradient.gather(dcontext, rows: rows)
      self[image].product(itsWeights, transposeA: true, itsGradient, accumulate: true)
    }
  }
}
