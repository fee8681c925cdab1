public import Compute

/// y = x·Wᵀ + b with weights [out, in] and bias [1, out].
public struct LinearLayer<Scalar: Real>: Sendable {
  public let weight: Matrix<Scalar>
  public let bias: Matrix<Scalar>
  private let packed: PackedMatrix<Scalar>?
  private let packedBackward: PackedMatrix<Scalar>?

  public init(_ parameters: ParameterSet<Scalar>, _ name: String, packing: Packing = .none) {
    weight = parameters["\(name).weight"]
    bias = parameters["\(name).bias"]
    packed =
      packing == .none ? nil : PackedMatrix(weight, halves: packing == .forwardInHalves)
    packedBackward =
      packing == .forwardAndBackward ? PackedMatrix(weight, transposed: true) : nil
  }

  /// y = x·Wᵀ + b.
  public func forward(_ x: Matrix<Scalar>, into y: Matrix<Scalar>) {
    product(x, into: y)
    y.addBias(bias)
  }

  /// y = x·Wᵀ, or has it added.
  func product(_ x: Matrix<Scalar>, into y: Matrix<Scalar>, accumulate: Bool = false) {
    if let packed {
      y.product(x, packed, accumulate: accumulate)
    } else {
      y.product(x, weight, transposeB: true, accumulate: accumulate)
    }
  }

  /// Adds the gradient of the input to `dx`, given ∂y.
  public func addInputGradient(_ dy: Matrix<Scalar>, to dx: Matrix<Scalar>) {
    if let packedBackward {
      dx.product(dy, packedBackward, accumulate: true)
    } else {
      dx.product(dy, weight, accumulate: true)
    }
  }

  /// Adds the gradients of weight and bias to `gradient`, given the layer's input and ∂y. The
  /// gradient of the input is left to the caller, who may not need it.
  public func accumulate(
    into gradient: LinearLayer, x: Matrix<Scalar>, dy: Matrix<Scalar>
  ) {
    gradient.weight.product(dy, transposeA: true, x, accumulate: true)
    gradient.bias.addColumnSums(dy)
  }
}

/// The attention's parameters: score of a cell = full(activation(encoder(cell) + decoder(h))).
public struct AttentionLayer<Scalar: Real>: Sendable {
  public let encoder: LinearLayer<Scalar>
  public let decoder: LinearLayer<Scalar>
  public let full: LinearLayer<Scalar>
  public let activation: AttentionActivation

  /// The layer of a decoder's parameters; `packing` is of the part that queries go through and, in
  /// halves, of the one that feature maps go through, whose rows are so many that packing is else not
  /// worth it.
  public init(
    _ parameters: ParameterSet<Scalar>, _ configuration: DecoderConfiguration,
    packing: Packing = .none
  ) {
    encoder = LinearLayer(
      parameters, "attention.encoder_att",
      packing: packing == .forwardInHalves ? packing : .none)
    decoder = LinearLayer(parameters, "attention.decoder_att", packing: packing)
    full = LinearLayer(parameters, "attention.full_att")
    activation = configuration.activation
  }

  /// The scores [rows, cells] of an image's queries [rows, attention size].
  public func score(
    keys: Matrix<Scalar>, queries: Matrix<Scalar>, into scores: Matrix<Scalar>
  ) {
    scores.attentionScores(
      keys: keys, queries: queries, w: full.weight, bias: full.bias[0, 0], activation: activation)
  }

  /// The gradient of ``score(keys:queries:into:)`` for one query: adds to `dkeys`, `dquery` and, in `gradient`, to
  /// the weight of `full`. (Its bias shifts all scores of a softmax alike: its gradient is zero.)
  public func scoreBackward(
    into gradient: AttentionLayer, dscores: Matrix<Scalar>, keys: Matrix<Scalar>,
    query: Matrix<Scalar>, dkeys: Matrix<Scalar>, dquery: Matrix<Scalar>
  ) {
    dscores.attentionScoresBackward(
      keys: keys, query: query, w: full.weight, dkeys: dkeys, dquery: dquery,
      dw: gradient.full.weight, activation: activation)
  }
}
