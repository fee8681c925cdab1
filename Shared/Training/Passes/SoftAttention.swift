import Compute
import Decoders

/// Soft attention before each step, as ``AttendAndTell`` has it, forward and backward.
///
/// Extents: n captions of I images, N packed rows, P cells (P′ of them attended: the pooled grid's),
/// C channels, H hidden, A attention, K context.
final class SoftAttention<Scalar: Real>: ImageAttention {
  private let configuration: DecoderConfiguration
  private let parameters: ParameterSet<Scalar>
  private let gradient: ParameterSet<Scalar>
  private let layer: AttentionLayer<Scalar>
  private let gateLayer: LinearLayer<Scalar>?
  private let batch: CaptionBatch
  private let recurrence: Recurrence<Scalar>
  private let features: FeatureBatch<Scalar>

  /// [I·P, A] before pooling, [I·P′, A] after.
  private let keys: FeatureBatch<Scalar>
  /// What α weighs, [I·P, K]: the features or their projection.
  private let values: FeatureBatch<Scalar>
  /// [N, A].
  private let query: Matrix<Scalar>
  /// α, [N, P′].
  private let attention: Matrix<Scalar>
  /// α over the map's own cells, [N, P].
  private let nativeAttention: Matrix<Scalar>
  /// Σ α·values, [N, K].
  private let attended: Matrix<Scalar>
  /// [N, K]; no rows unless gated.
  private let gate: Matrix<Scalar>
  let context: Matrix<Scalar>

  // Gradients of the above, filled from the last step to the first.
  private let dquery: Matrix<Scalar>
  private let dgate: Matrix<Scalar>
  private let dattended: Matrix<Scalar>
  private let dkeys: FeatureBatch<Scalar>
  private var dpenalty: Matrix<Scalar>

  init(
    _ configuration: DecoderConfiguration, _ parameters: ParameterSet<Scalar>,
    _ layers: StepLayers<Scalar>, gradient: ParameterSet<Scalar>, _ batch: CaptionBatch,
    _ features: FeatureBatch<Scalar>, _ recurrence: Recurrence<Scalar>
  ) {
    self.configuration = configuration
    self.parameters = parameters
    self.gradient = gradient
    self.batch = batch
    self.features = features
    self.recurrence = recurrence
    layer = layers.attention ?? AttentionLayer(parameters, configuration)
    gateLayer = layers.gate
    keys = features.linear(layer.encoder).pooled(configuration.pooling)
    values =
      configuration.context == .projected
      ? features.linear(LinearLayer(parameters, "context_projection")) : features

    let (total, k) = (batch.tokenCount, configuration.contextSize)
    let gated = configuration.context == .gated
    query = Matrix(total, configuration.attentionSize)
    attention = Matrix(total, keys.cells)
    nativeAttention = configuration.pooling == nil ? attention : Matrix(total, features.cells)
    attended = Matrix(total, k)
    gate = Matrix(gated ? total : 0, k)
    context = gated ? Matrix(total, k) : attended
    dquery = Matrix(total, configuration.attentionSize)
    dgate = Matrix(gate.rows, k)
    dattended = Matrix(total, k)
    dkeys = FeatureBatch(
      images: keys.images, cells: keys.cells, values: Matrix(keys.values.rows, keys.values.columns))
    dpenalty = Matrix(batch.captions.count, keys.cells)
  }

  var weights: Matrix<Scalar>? { attention }

  // MARK: Forward

  func enter(_ step: Int) {
    let rows = recurrence.steps[step]
    let hidden = recurrence.enter(step)
    layer.decoder.forward(hidden, into: query[rows: rows])
    for (caption, row) in rows.enumerated() {
      layer.score(
        keys: keys[batch.images[caption]], queries: query[rows: row..<row + 1],
        into: attention[rows: row..<row + 1])
    }
    attention[rows: rows].softmax()
    configuration.pooling?.fold(attention[rows: rows], into: nativeAttention[rows: rows])
    for (caption, row) in rows.enumerated() {
      attended[rows: row..<row + 1].weightedSums(
        nativeAttention[rows: row..<row + 1], values[batch.images[caption]])
    }
    if let gateLayer {
      let gate = gate[rows: rows]
      gateLayer.forward(hidden, into: gate)
      gate.sigmoid()
      context[rows: rows].multiply(attended[rows: rows], gate)
    }
    recurrence.layer.addContext(context[rows: rows], into: recurrence.gates[rows: rows])
  }

  func output() -> Matrix<Scalar> { recurrence.hidden }

  // MARK: Backward

  func outputGradient(
    _ doutput: Matrix<Scalar>, dweights: Matrix<Scalar>
  ) -> (dhidden: Matrix<Scalar>, dcell: Matrix<Scalar>?) {
    dpenalty = dweights
    return (doutput, nil)
  }

  func stepGradient(_ step: Int, _ gradients: Recurrence<Scalar>.Gradients) {
    let rows = recurrence.steps[step]
    let dprevious = gradients.carried.hidden[rows: 0..<rows.count]
    let dattended = dattended[rows: rows]
    recurrence.layer.contextGradient(gradients.gates[rows: rows], into: dattended)
    if let gateLayer {
      let dgate = dgate[rows: rows]
      dattended.gateBackward(
        dattended, attended[rows: rows], gate: gate[rows: rows], dgate: dgate)
      gateLayer.addInputGradient(dgate, to: dprevious)
    }

    let dnative = Matrix<Scalar>(rows.count, features.cells)
    for caption in 0..<rows.count {
      let one = caption..<caption + 1
      dnative[rows: one].rowProduct(
        dattended[rows: one], values[batch.images[caption]], transposeB: true)
    }
    var dweights = dnative
    if let pooling = configuration.pooling {
      dweights = Matrix(rows.count, keys.cells)
      pooling.foldBackward(dnative, into: dweights)
    }
    dweights.add(dpenalty[rows: 0..<rows.count])
    dweights.softmaxBackward(attention[rows: rows], dweights)

    let attentionGradient = AttentionLayer(gradient, configuration)
    for (caption, row) in rows.enumerated() {
      let image = batch.images[caption]
      layer.scoreBackward(
        into: attentionGradient, dscores: dweights[rows: caption..<caption + 1], keys: keys[image],
        query: query[rows: row..<row + 1], dkeys: dkeys[image],
        dquery: dquery[rows: row..<row + 1])
    }
    layer.decoder.addInputGradient(dquery[rows: rows], to: dprevious)
  }

  func finish(_ gradients: Recurrence<Scalar>.Gradients, dfeatures: FeatureBatch<Scalar>?) {
    let attentionGradient = AttentionLayer(gradient, configuration)
    layer.decoder.accumulate(
      into: attentionGradient.decoder, x: recurrence.previousHidden, dy: dquery)
    if let gateLayer {
      gateLayer.accumulate(
        into: LinearLayer(gradient, "f_beta"), x: recurrence.previousHidden, dy: dgate)
    }
    let dnativeKeys = dkeys.pooledGradient(configuration.pooling)
    layer.encoder.accumulate(
      into: attentionGradient.encoder, x: features.values, dy: dnativeKeys.values)
    dfeatures?.values.product(dnativeKeys.values, layer.encoder.weight, accumulate: true)

    let rows = batch.packedRows(images: features.images)
    if configuration.context == .projected {
      let projection = LinearLayer(parameters, "context_projection")
      let dvalues = FeatureBatch(
        images: values.images, cells: values.cells,
        values: Matrix<Scalar>(values.values.rows, values.values.columns))
      dvalues.addAttended(weights: nativeAttention, dattended, rows: rows)
      projection.accumulate(
        into: LinearLayer(gradient, "context_projection"), x: features.values, dy: dvalues.values)
      dfeatures?.values.product(dvalues.values, projection.weight, accumulate: true)
    } else {
      dfeatures?.addAttended(weights: nativeAttention, dattended, rows: rows)
    }
  }
}

extension FeatureBatch {
  /// A linear layer of every cell of every image, in one product.
  func linear(_ layer: LinearLayer<Scalar>) -> FeatureBatch {
    let result = FeatureBatch(
      images: images, cells: cells, values: Matrix<Scalar>(values.rows, layer.weight.rows))
    layer.forward(values, into: result.values)
    return result
  }

  /// The gradient of ``pooled(_:)``, this being that of the pooled maps.
  func pooledGradient(_ pooling: GridPooling?) -> FeatureBatch {
    guard let pooling else { return self }
    let native = FeatureBatch(
      images: images, cells: pooling.cells,
      values: Matrix<Scalar>(images * pooling.cells, values.columns))
    for image in 0..<images { pooling.poolBackward(self[image], into: native[image]) }
    return native
  }
}
