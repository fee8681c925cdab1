public import Compute

/// y = x·Wᵀ + b with weights [out, in] and bias [1, out].
public struct LinearLayer<Scalar: Real>: Sendable {
  public let weight: Matrix<Scalar>
  public let bias: Matrix<Scalar>

  public init(_ parameters: ParameterSet<Scalar>, _ name: String) {
    weight = parameters["\(name).weight"]
    bias = parameters["\(name).bias"]
  }

  /// y = x·Wᵀ + b.
  public func forward(_ x: Matrix<Scalar>, into y: Matrix<Scalar>) {
    y.linear(x, weight, bias)
  }

  /// Adds the gradients of weight and bias to `gradient`, given the layer's input and ∂y. The
  /// gradient of the input is `dx.product(dy, weight)`, left to the caller, who may not need it.
  public func accumulate(
    into gradient: LinearLayer, x: Matrix<Scalar>, dy: Matrix<Scalar>
  ) {
    gradient.weight.product(dy, transposeA: true, x, accumulate: true)
    gradient.bias.addColumnSums(dy)
  }
}

/// The LSTM cell's parameters: gates = x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh, in the order i, f, g, o.
///
/// The input is [embedding, context]; their columns are separate views, since the embeddings of all
/// steps are multiplied at once and the contexts one step after another.
public struct RecurrentLayer<Scalar: Real>: Sendable {
  public let embeddingWeight: Matrix<Scalar>
  public let contextWeight: Matrix<Scalar>
  public let hiddenWeight: Matrix<Scalar>
  public let inputBias: Matrix<Scalar>
  public let hiddenBias: Matrix<Scalar>

  public init(_ parameters: ParameterSet<Scalar>, embeddingSize: Int) {
    let input = parameters["decode_step.weight_ih"]
    embeddingWeight = input[columns: 0..<embeddingSize]
    contextWeight = input[columns: embeddingSize..<input.columns]
    hiddenWeight = parameters["decode_step.weight_hh"]
    inputBias = parameters["decode_step.bias_ih"]
    hiddenBias = parameters["decode_step.bias_hh"]
  }
}

/// The attention's parameters: score of a cell = full(relu(encoder(cell) + decoder(h))).
public struct AttentionLayer<Scalar: Real>: Sendable {
  public let encoder: LinearLayer<Scalar>
  public let decoder: LinearLayer<Scalar>
  public let full: LinearLayer<Scalar>

  public init(_ parameters: ParameterSet<Scalar>) {
    encoder = LinearLayer(parameters, "attention.encoder_att")
    decoder = LinearLayer(parameters, "attention.decoder_att")
    full = LinearLayer(parameters, "attention.full_att")
  }
}
