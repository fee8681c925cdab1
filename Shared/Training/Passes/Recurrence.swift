import Compute
import Decoders

/// The recurrent cell over packed captions, forward and backward.
///
/// Packed matrices have one row for each predicted word, step after step. Extents: n captions, N
/// packed rows, E embedding, H hidden.
struct Recurrence<Scalar: Real> {
  let layer: RecurrentLayer<Scalar>
  /// The packed rows of each step.
  let steps: [Range<Int>]
  /// [N, E].
  let embedded: Matrix<Scalar>
  /// Activated once a step is done, [N, working gates × H].
  let gates: Matrix<Scalar>
  /// The hidden state that entered each step, [N, H].
  let previousHidden: Matrix<Scalar>
  /// [N, H].
  let hidden: Matrix<Scalar>
  /// [N, H]; no columns where the cell has no memory.
  let cell: Matrix<Scalar>
  private let initial: InitialStateLayer<Scalar>.States

  /// - Parameter initial: the first state of each caption, in the batch's order.
  init(
    _ configuration: DecoderConfiguration, _ layer: RecurrentLayer<Scalar>, _ batch: CaptionBatch,
    embedded: Matrix<Scalar>, initial: InitialStateLayer<Scalar>.States
  ) {
    self.layer = layer
    steps = batch.packedRows
    self.embedded = embedded
    self.initial = initial
    let (total, h) = (batch.tokenCount, configuration.hiddenSize)
    gates = Matrix(total, configuration.cell.workingGates * h)
    previousHidden = Matrix(total, h)
    hidden = Matrix(total, h)
    cell = Matrix(total, initial.cell.columns)
    layer.begin(embedded, into: gates)
  }

  /// The hidden state that enters a step, kept for the backward pass.
  func enter(_ step: Int) -> Matrix<Scalar> {
    let entering = previousHidden[rows: steps[step]]
    entering.copy(from: before(step, hidden, initial.hidden))
    return entering
  }

  /// Steps the cell; ``enter(_:)`` came first.
  func advance(_ step: Int) {
    let rows = steps[step]
    layer.advance(
      gates[rows: rows], previousHidden: previousHidden[rows: rows],
      previousCell: before(step, cell, initial.cell), hidden: hidden[rows: rows],
      cell: cell[rows: rows])
  }

  /// Gradients on their way through the steps, from the last to the first.
  struct Gradients {
    /// Before activation, [N, working gates × H].
    let gates: Matrix<Scalar>
    /// ∂ of the state that enters the step at hand, [n, H]; in the end of the first state.
    let carried: InitialStateLayer<Scalar>.States
  }

  func makeGradients(captions: Int) -> Gradients {
    Gradients(
      gates: Matrix(gates.rows, gates.columns),
      carried: .init(
        hidden: Matrix(captions, hidden.columns), cell: Matrix(captions, cell.columns)))
  }

  /// The gradient of ``advance(_:)``. `dhidden` [N, H] is what reaches the hidden states from
  /// outside the recurrence, `dcell` what reaches the memories.
  func backward(
    _ step: Int, _ gradients: Gradients, dhidden: Matrix<Scalar>, dcell: Matrix<Scalar>?
  ) {
    let rows = steps[step]
    let carried = gradients.carried[rows: 0..<rows.count]
    let dh = dhidden[rows: rows]
    dh.add(carried.hidden)
    if let dcell { carried.cell.add(dcell[rows: rows]) }
    layer.backward(
      activated: gates[rows: rows], previousHidden: previousHidden[rows: rows],
      previousCell: before(step, cell, initial.cell), hidden: hidden[rows: rows],
      cell: cell[rows: rows], dhidden: dh, dcell: carried.cell, dgates: gradients.gates[rows: rows],
      dprevious: carried.hidden)
  }

  private func before(
    _ step: Int, _ packed: Matrix<Scalar>, _ initial: Matrix<Scalar>
  ) -> Matrix<Scalar> {
    let count = steps[step].count
    if step == 0 { return initial[rows: 0..<count] }
    let start = steps[step - 1].lowerBound
    return packed[rows: start..<start + count]
  }
}
