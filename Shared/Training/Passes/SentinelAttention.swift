import Compute
import Decoders

/// Attention after each step with a visual sentinel, as ``AdaptiveAttention`` has it, forward and
/// backward. Nothing of it enters the recurrence, so all steps are one batch.
///
/// Extents: N packed rows of I images, P cells, H hidden, A attention, E embedding.
final class SentinelAttention<Scalar: Real>: ImageAttention {
  private let parameters: ParameterSet<Scalar>
  private let gradient: ParameterSet<Scalar>
  private let configuration: DecoderConfiguration
  private let layer: AttentionLayer<Scalar>
  private let sentinelLayer: SentinelLayer<Scalar>
  private let recurrence: Recurrence<Scalar>
  private let features: FeatureBatch<Scalar>
  private let batch: CaptionBatch
  /// The image of each packed row.
  private let images: [Int]

  private let means: Matrix<Scalar>
  /// relu(global_projection(means)), [I, E].
  private let globals: Matrix<Scalar>
  /// V = relu(context_projection(features)), [I·P, H].
  private let values: FeatureBatch<Scalar>
  private let keys: FeatureBatch<Scalar>
  /// [embedding, global], [N, E + E].
  private let input: Matrix<Scalar>
  private let gate: Matrix<Scalar>
  /// tanh(cell), [N, H].
  private let memory: Matrix<Scalar>
  private let sentinel: Matrix<Scalar>
  private let sentinelKey: Matrix<Scalar>
  private let query: Matrix<Scalar>
  /// α and β, [N, P + 1].
  private let allWeights: Matrix<Scalar>
  private let read: Matrix<Scalar>
  private let dgate: Matrix<Scalar>
  private let dvalues: FeatureBatch<Scalar>

  init(
    _ configuration: DecoderConfiguration, _ parameters: ParameterSet<Scalar>,
    gradient: ParameterSet<Scalar>, _ batch: CaptionBatch, _ features: FeatureBatch<Scalar>,
    _ recurrence: Recurrence<Scalar>
  ) {
    self.configuration = configuration
    self.parameters = parameters
    self.gradient = gradient
    self.features = features
    self.recurrence = recurrence
    self.batch = batch
    layer = AttentionLayer(parameters, configuration)
    sentinelLayer = SentinelLayer(parameters)
    images = recurrence.steps.flatMap { rows in batch.images.prefix(rows.count) }

    let (total, h, e) = (
      batch.tokenCount, configuration.hiddenSize, configuration.embeddingSize
    )
    means = features.means()
    globals = Matrix(features.images, e)
    LinearLayer(parameters, "global_projection").forward(means, into: globals)
    globals.relu()
    values = features.linear(LinearLayer(parameters, "context_projection"))
    values.values.relu()
    keys = values.linear(layer.encoder)
    input = Matrix(total, 2 * e)
    input[columns: 0..<e].copy(from: recurrence.embedded)
    input[columns: e..<2 * e].gather(globals, rows: images)
    recurrence.layer.addContext(input[columns: e..<2 * e], into: recurrence.gates)

    gate = Matrix(total, h)
    memory = Matrix(total, h)
    sentinel = Matrix(total, h)
    sentinelKey = Matrix(total, configuration.attentionSize)
    query = Matrix(total, configuration.attentionSize)
    allWeights = Matrix(total, features.cells + 1)
    read = Matrix(total, h)
    dgate = Matrix(total, h)
    dvalues = FeatureBatch(
      images: values.images, cells: values.cells, values: Matrix(values.values.rows, h))
  }

  var weights: Matrix<Scalar>? { allWeights[columns: 0..<features.cells] }
  var context: Matrix<Scalar> {
    input[columns: configuration.embeddingSize..<input.columns]
  }

  // MARK: Forward

  func enter(_ step: Int) { _ = recurrence.enter(step) }

  func output() -> Matrix<Scalar> {
    sentinelLayer.gate(input, recurrence.previousHidden, into: gate)
    memory.copy(from: recurrence.cell)
    memory.tanh()
    sentinel.multiply(gate, memory)
    layer.decoder.forward(recurrence.hidden, into: query)
    sentinelLayer.key.forward(sentinel, into: sentinelKey)
    read.copy(from: recurrence.hidden)
    let cells = features.cells
    for (row, image) in images.enumerated() {
      let one = row..<row + 1
      let weights = allWeights[rows: one]
      layer.scoreWithSentinel(
        keys: keys[image], sentinelKeys: sentinelKey[rows: one], queries: query[rows: one],
        into: weights)
      weights.softmax()
      read[rows: one].weightedSums(weights[columns: 0..<cells], values[image], accumulate: true)
      read[rows: one].add(sentinel[rows: one], scale: weights[0, cells])
    }
    return read
  }

  // MARK: Backward

  func outputGradient(
    _ doutput: Matrix<Scalar>, dweights dpenalty: Matrix<Scalar>
  ) -> (dhidden: Matrix<Scalar>, dcell: Matrix<Scalar>?) {
    let (total, cells) = (doutput.rows, features.cells)
    let attentionGradient = AttentionLayer(gradient, configuration)
    let dweights = Matrix<Scalar>(total, cells + 1)
    let dsentinel = Matrix<Scalar>(total, sentinel.columns)
    for (row, image) in images.enumerated() {
      let one = row..<row + 1
      dweights[rows: one][columns: 0..<cells].rowProduct(
        doutput[rows: one], values[image], transposeB: true)
      dweights[rows: one][columns: cells..<cells + 1].product(
        doutput[rows: one], sentinel[rows: one], transposeB: true)
      dsentinel[rows: one].add(doutput[rows: one], scale: allWeights[row, cells])
    }
    for rows in recurrence.steps {
      dweights[rows: rows][columns: 0..<cells].add(dpenalty[rows: 0..<rows.count])
    }
    dvalues.addAttended(
      weights: allWeights[columns: 0..<cells], doutput,
      rows: batch.packedRows(images: features.images))
    dweights.softmaxBackward(allWeights, dweights)

    let dquery = Matrix<Scalar>(total, query.columns)
    let dsentinelKey = Matrix<Scalar>(total, query.columns)
    let dkeys = FeatureBatch(
      images: keys.images, cells: keys.cells,
      values: Matrix<Scalar>(keys.values.rows, keys.values.columns))
    for (row, image) in images.enumerated() {
      let one = row..<row + 1
      layer.scoreBackward(
        into: attentionGradient, dscores: dweights[rows: one][columns: 0..<cells],
        keys: keys[image], query: query[rows: one], dkeys: dkeys[image], dquery: dquery[rows: one])
      layer.scoreBackward(
        into: attentionGradient, dscores: dweights[rows: one][columns: cells..<cells + 1],
        keys: sentinelKey[rows: one], query: query[rows: one], dkeys: dsentinelKey[rows: one],
        dquery: dquery[rows: one])
    }
    layer.encoder.accumulate(into: attentionGradient.encoder, x: values.values, dy: dkeys.values)
    dvalues.values.product(dkeys.values, layer.encoder.weight, accumulate: true)
    layer.decoder.accumulate(into: attentionGradient.decoder, x: recurrence.hidden, dy: dquery)
    let sentinelGradient = SentinelLayer(gradient)
    sentinelLayer.key.accumulate(into: sentinelGradient.key, x: sentinel, dy: dsentinelKey)
    dsentinel.product(dsentinelKey, sentinelLayer.key.weight, accumulate: true)

    let dhidden = doutput
    dhidden.product(dquery, layer.decoder.weight, accumulate: true)
    let dmemory = Matrix<Scalar>(total, memory.columns)
    dmemory.gateBackward(dsentinel, memory, gate: gate, dgate: dgate)
    dmemory.tanhBackward(memory, dmemory)
    return (dhidden, dmemory)
  }

  func stepGradient(_ step: Int, _ gradients: Recurrence<Scalar>.Gradients) {
    let rows = recurrence.steps[step]
    gradients.carried.hidden[rows: 0..<rows.count].product(
      dgate[rows: rows], sentinelLayer.hiddenGate.weight, accumulate: true)
  }

  func finish(_ gradients: Recurrence<Scalar>.Gradients, dfeatures: FeatureBatch<Scalar>?) {
    let sentinelGradient = SentinelLayer(gradient)
    sentinelLayer.inputGate.accumulate(into: sentinelGradient.inputGate, x: input, dy: dgate)
    sentinelLayer.hiddenGate.accumulate(
      into: sentinelGradient.hiddenGate, x: recurrence.previousHidden, dy: dgate)

    let projection = LinearLayer(parameters, "context_projection")
    dvalues.values.reluBackward(values.values, dvalues.values)
    projection.accumulate(
      into: LinearLayer(gradient, "context_projection"), x: features.values, dy: dvalues.values)
    dfeatures?.values.product(dvalues.values, projection.weight, accumulate: true)

    // The global feature entered the cell and the sentinel's gate at every step.
    let e = configuration.embeddingSize
    let dcontext = Matrix<Scalar>(input.rows, input.columns - e)
    recurrence.layer.contextGradient(gradients.gates, into: dcontext)
    dcontext.product(
      dgate, sentinelLayer.inputGate.weight[columns: e..<input.columns], accumulate: true)
    let dglobals = Matrix<Scalar>(globals.rows, globals.columns)
    dglobals.scatterAdd(dcontext, rows: images)
    dglobals.reluBackward(globals, dglobals)
    let global = LinearLayer(parameters, "global_projection")
    global.accumulate(into: LinearLayer(gradient, "global_projection"), x: means, dy: dglobals)
    if let dfeatures {
      let dmeans = Matrix<Scalar>(means.rows, means.columns)
      dmeans.product(dglobals, global.weight)
      features.meansBackward(dmeans, into: dfeatures)
    }
  }

  func addEmbeddingGradient(to dembedded: Matrix<Scalar>) {
    dembedded.product(
      dgate, sentinelLayer.inputGate.weight[columns: 0..<configuration.embeddingSize],
      accumulate: true)
  }
}
