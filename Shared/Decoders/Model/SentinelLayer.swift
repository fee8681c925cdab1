public import Compute

/// The visual sentinel's parameters (Lu and others 2017).
public struct SentinelLayer<Scalar: Real>: Sendable {
  public let inputGate: LinearLayer<Scalar>
  public let hiddenGate: LinearLayer<Scalar>
  /// The sentinel's place among the attention's keys.
  public let key: LinearLayer<Scalar>

  public init(_ parameters: ParameterSet<Scalar>, packing: Packing = .none) {
    inputGate = LinearLayer(parameters, "sentinel.input_gate", packing: packing)
    hiddenGate = LinearLayer(parameters, "sentinel.hidden_gate", packing: packing)
    key = LinearLayer(parameters, "attention.sentinel_att", packing: packing)
  }

  /// σ(W_x·x + W_h·h_previous).
  public func gate(
    _ input: Matrix<Scalar>, _ previousHidden: Matrix<Scalar>, into gate: Matrix<Scalar>
  ) {
    inputGate.forward(input, into: gate)
    hiddenGate.product(previousHidden, into: gate, accumulate: true)
    gate.addBias(hiddenGate.bias)
    gate.sigmoid()
  }
}

extension AttentionLayer {
  /// The scores [rows, cells + 1] of an image's queries [rows, attention size]: those of the cells,
  /// then that of each row's own sentinel.
  public func scoreWithSentinel(
    keys: Matrix<Scalar>, sentinelKeys: Matrix<Scalar>, queries: Matrix<Scalar>,
    into scores: Matrix<Scalar>
  ) {
    let cells = keys.rows
    score(keys: keys, queries: queries, into: scores[columns: 0..<cells])
    for row in 0..<queries.rows {
      let one = row..<row + 1
      score(
        keys: sentinelKeys[rows: one], queries: queries[rows: one],
        into: scores[rows: one][columns: cells..<cells + 1])
    }
  }
}
