public import Compute

/// A recurrent cell's parameters and its arithmetic, forward and backward.
///
/// The input is [embedding, context]; their columns are separate views, since the embeddings of all
/// steps are multiplied at once and the contexts one step after another. A step works in
/// [rows, workingGates × hidden]: ``RecurrentCell/workingGates``.
public struct RecurrentLayer<Scalar: Real>: Sendable {
  public let cell: RecurrentCell
  public let hiddenSize: Int
  public let embeddingWeight: Matrix<Scalar>
  public let contextWeight: Matrix<Scalar>
  public let hiddenWeight: Matrix<Scalar>
  public let inputBias: Matrix<Scalar>
  public let hiddenBias: Matrix<Scalar>
  private var packed: Packed?
  private var packedBackward: Packed?

  /// Weights for products of few rows each; those of the hidden state part by part.
  private struct Packed {
    var embedding: PackedMatrix<Scalar>?
    let context: PackedMatrix<Scalar>
    let hidden: [PackedMatrix<Scalar>]
  }

  public init(
    _ parameters: ParameterSet<Scalar>, _ configuration: DecoderConfiguration,
    packing: Packing = .none
  ) {
    cell = configuration.cell
    hiddenSize = configuration.hiddenSize
    let input = parameters["decode_step.weight_ih"]
    embeddingWeight = input[columns: 0..<configuration.embeddingSize]
    contextWeight = input[columns: configuration.embeddingSize..<input.columns]
    hiddenWeight = parameters["decode_step.weight_hh"]
    inputBias = parameters["decode_step.bias_ih"]
    hiddenBias = parameters["decode_step.bias_hh"]
    if packing == .none { return }
    packed = Packed(
      embedding: packing == .forward ? PackedMatrix(embeddingWeight) : nil,
      context: PackedMatrix(contextWeight),
      hidden: hiddenParts.map { PackedMatrix(hiddenWeight[rows: $0.rows]) })
    if packing == .forward { return }
    packedBackward = Packed(
      context: PackedMatrix(contextWeight, transposed: true),
      hidden: hiddenParts.map { PackedMatrix(hiddenWeight[rows: $0.rows], transposed: true) })
  }

  /// Columns of the working gates that the input reaches.
  private var inputColumns: Range<Int> { 0..<cell.gates * hiddenSize }

  /// Columns of the working gates that the hidden state reaches, and the rows of its weights that
  /// reach them.
  private var hiddenParts: [(columns: Range<Int>, rows: Range<Int>)] {
    let h = hiddenSize
    switch cell {
    case .rnn, .lstm: return [(0..<cell.gates * h, 0..<cell.gates * h)]
    case .gru: return [(0..<2 * h, 0..<2 * h), (3 * h..<4 * h, 2 * h..<3 * h)]
    }
  }

  // MARK: Forward

  /// gates = the embeddings' products and all biases.
  public func begin(_ embedded: Matrix<Scalar>, into gates: Matrix<Scalar>) {
    let input = gates[columns: inputColumns]
    if let embeddingWeight = packed?.embedding {
      input.product(embedded, embeddingWeight)
    } else {
      input.product(embedded, embeddingWeight, transposeB: true)
    }
    input.addBias(inputBias)
    for part in hiddenParts {
      let columns = gates[columns: part.columns]
      if part.columns.lowerBound >= inputColumns.upperBound { columns.fill(0) }
      columns.addBias(hiddenBias[columns: part.rows])
    }
  }

  /// gates += the context's product.
  public func addContext(_ context: Matrix<Scalar>, into gates: Matrix<Scalar>) {
    let input = gates[columns: inputColumns]
    if let packed {
      input.product(context, packed.context, accumulate: true)
    } else {
      input.product(context, contextWeight, transposeB: true, accumulate: true)
    }
  }

  /// Adds the hidden state's product to the gates, activates them and advances the state. `cell`
  /// is the LSTM's and has no columns otherwise.
  public func advance(
    _ gates: Matrix<Scalar>, previousHidden: Matrix<Scalar>, previousCell: Matrix<Scalar>,
    hidden: Matrix<Scalar>, cell cellState: Matrix<Scalar>
  ) {
    for (index, part) in hiddenParts.enumerated() {
      let columns = gates[columns: part.columns]
      if let packed {
        columns.product(previousHidden, packed.hidden[index], accumulate: true)
      } else {
        columns.product(
          previousHidden, hiddenWeight[rows: part.rows], transposeB: true, accumulate: true)
      }
    }
    switch cell {
    case .lstm: gates.lstmForward(previousCell: previousCell, cell: cellState, hidden: hidden)
    case .gru: gates.gruForward(previousHidden: previousHidden, hidden: hidden)
    case .rnn:
      gates.tanh()
      hidden.copy(from: gates)
    }
  }

  // MARK: Backward

  /// The gradient of one step: `dgates` before activation; `dcell` holds ∂cell and then
  /// ∂previousCell; `dprevious` receives ∂previousHidden.
  public func backward(
    activated gates: Matrix<Scalar>, previousHidden: Matrix<Scalar>, previousCell: Matrix<Scalar>,
    hidden: Matrix<Scalar>, cell cellState: Matrix<Scalar>, dhidden: Matrix<Scalar>,
    dcell: Matrix<Scalar>, dgates: Matrix<Scalar>, dprevious: Matrix<Scalar>
  ) {
    switch cell {
    case .lstm:
      dgates.lstmBackward(
        activated: gates, previousCell: previousCell, cell: cellState, dhidden: dhidden,
        dcell: dcell)
    case .gru:
      dgates.gruBackward(
        activated: gates, previousHidden: previousHidden, dhidden: dhidden, dprevious: dprevious)
    case .rnn: dgates.tanhBackward(hidden, dhidden)
    }
    for (index, part) in hiddenParts.enumerated() {
      let (columns, accumulate) = (dgates[columns: part.columns], cell == .gru || index > 0)
      if let packedBackward {
        dprevious.product(columns, packedBackward.hidden[index], accumulate: accumulate)
      } else {
        dprevious.product(columns, hiddenWeight[rows: part.rows], accumulate: accumulate)
      }
    }
  }

  /// ∂context of a step.
  public func contextGradient(_ dgates: Matrix<Scalar>, into dcontext: Matrix<Scalar>) {
    let input = dgates[columns: inputColumns]
    if let packedBackward {
      dcontext.product(input, packedBackward.context)
    } else {
      dcontext.product(input, contextWeight)
    }
  }

  /// ∂embedded of all steps.
  public func embeddingGradient(_ dgates: Matrix<Scalar>, into dembedded: Matrix<Scalar>) {
    dembedded.product(dgates[columns: inputColumns], embeddingWeight)
  }

  /// Adds the gradients of weights and biases, over all steps at once, to `gradient`.
  public func accumulate(
    into gradient: RecurrentLayer, dgates: Matrix<Scalar>, embedded: Matrix<Scalar>,
    context: Matrix<Scalar>, previousHidden: Matrix<Scalar>
  ) {
    let input = dgates[columns: inputColumns]
    gradient.embeddingWeight.product(input, transposeA: true, embedded, accumulate: true)
    gradient.contextWeight.product(input, transposeA: true, context, accumulate: true)
    gradient.inputBias.addColumnSums(input)
    for part in hiddenParts {
      let columns = dgates[columns: part.columns]
      gradient.hiddenWeight[rows: part.rows].product(
        columns, transposeA: true, previousHidden, accumulate: true)
      gradient.hiddenBias[columns: part.rows].addColumnSums(columns)
    }
  }
}
