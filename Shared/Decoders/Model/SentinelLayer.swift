public import Compute

/// The visual sentinel's parameters (Lu and others 2017).
public struct SentinelLayer<Scalar: Real>: Sendable {
  public let inputGate: LinearLayer<Scalar>
  public let hiddenGate: LinearLayer<Scalar>
  /// The sentinel's place among the attention's keys.
  public let key: LinearLayer<Scalar>

  public init(_ parameters: ParameterSet<Scalar>) {
    inputGate = LinearLayer(parameters, "sentinel.input_gate")
    hiddenGate = LinearLayer(parameters, "sentinel.hidden_gate")
    key = LinearLayer(parameters, "attention.sentinel_att")
  }

  /// σ(W_x·x + W_h·h_previous).
  public func gate(
    _ input: Matrix<Scalar>, _ previousHidden: Matrix<Scalar>, into gate: Matrix<Scalar>
  ) {
    inputGate.forward(input, into: gate)
    gate.product(previousHidden, hiddenGate.weight, transposeB: true, accumulate: true)
    gate.addBias(hiddenGate.bias)
    gate.sigmoid()
  }
}

extension AttentionLayer {
  /// The scores [1, cells + 1] of one query: those of the cells, then the sentinel's.
  public func scoreWithSentinel(
    keys: Matrix<Scalar>, sentinelKey: Matrix<Scalar>, query: Matrix<Scalar>,
    into scores: Matrix<Scalar>
  ) {
    let cells = keys.rows
    score(keys: keys, query: query, into: scores[columns: 0..<cells])
    score(keys: sentinelKey, query: query, into: scores[columns: cells..<cells + 1])
  }
}
