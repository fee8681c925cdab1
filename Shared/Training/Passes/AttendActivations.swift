import Compute
import Decoders

/// What the forward pass of ``AttendPass`` leaves for the backward pass: packed matrices with one
/// row for each predicted word, step after step.
struct AttendActivations<Scalar: Real> {
  let features: FeatureBatch<Scalar>
  /// [I, C].
  let means: Matrix<Scalar>
  /// The packed rows of each step.
  let steps: [Range<Int>]
  let contextKind: DecoderConfiguration.Context

  /// [N, E].
  let embedded: Matrix<Scalar>
  var embeddingSeed: UInt64 = 0
  /// [I·P, A].
  let keys: Matrix<Scalar>
  /// [I·P, E]; no rows when gated.
  let projected: Matrix<Scalar>
  /// [n, H].
  let initialHidden: Matrix<Scalar>
  let initialCell: Matrix<Scalar>
  /// [N, H].
  let previousHidden: Matrix<Scalar>
  /// [N, A].
  let query: Matrix<Scalar>
  /// α, [N, P].
  let weights: Matrix<Scalar>
  /// Σ α·values, [N, K].
  let context: Matrix<Scalar>
  /// [N, K]; no rows when projected.
  let contextGate: Matrix<Scalar>
  let gatedContext: Matrix<Scalar>
  /// Activated, [N, 4H].
  let gates: Matrix<Scalar>
  /// [N, H].
  let cell: Matrix<Scalar>
  let output: Matrix<Scalar>

  init(
    _ configuration: DecoderConfiguration, _ batch: CaptionBatch, features: FeatureBatch<Scalar>
  ) {
    let (n, total, h) = (batch.captions.count, batch.tokenCount, configuration.hiddenSize)
    let cells = features.values.rows
    let gated = configuration.context == .gated
    self.features = features
    means = features.means()
    steps = batch.packedRows
    contextKind = configuration.context
    embedded = Matrix(total, configuration.embeddingSize)
    keys = Matrix(cells, configuration.attentionSize)
    projected = Matrix(gated ? 0 : cells, configuration.embeddingSize)
    initialHidden = Matrix(n, h)
    initialCell = Matrix(n, h)
    previousHidden = Matrix(total, h)
    query = Matrix(total, configuration.attentionSize)
    weights = Matrix(total, features.cells)
    context = Matrix(total, configuration.contextSize)
    contextGate = Matrix(gated ? total : 0, configuration.contextSize)
    gatedContext = Matrix(gated ? total : 0, configuration.contextSize)
    gates = Matrix(total, 4 * h)
    cell = Matrix(total, h)
    output = Matrix(total, h)
  }

  /// What α weighs: the features or their projection.
  var attended: Matrix<Scalar> { contextKind == .gated ? features.values : projected }

  /// What enters the cell beside the embedding, [N, K].
  var recurrentContext: Matrix<Scalar> { contextKind == .gated ? gatedContext : context }

  /// The hidden state that enters a step, of its first `count` captions.
  func hidden(before step: Int, count: Int) -> Matrix<Scalar> {
    previous(output, initialHidden, step, count)
  }

  /// The cell state that enters a step, of its first `count` captions.
  func cell(before step: Int, count: Int) -> Matrix<Scalar> {
    previous(cell, initialCell, step, count)
  }

  private func previous(
    _ packed: Matrix<Scalar>, _ initial: Matrix<Scalar>, _ step: Int, _ count: Int
  ) -> Matrix<Scalar> {
    if step == 0 { return initial[rows: 0..<count] }
    let start = steps[step - 1].lowerBound
    return packed[rows: start..<start + count]
  }
}
