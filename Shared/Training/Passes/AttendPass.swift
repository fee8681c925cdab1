public import Compute
public import Decoders

/// Forward and backward of Show, Attend and Tell under teacher forcing, over packed captions.
///
/// Everything that does not depend on the recurrence (embedding products, vocabulary layer, weight
/// gradients) is one matrix product over all steps; what does is one product a step.
///
/// Extents: n captions of I images, N packed rows (one for each predicted word), P cells,
/// C channels, H hidden, A attention, E embedding, V words, K context (C gated, E projected).
public struct AttendPass<Scalar: Real> {
  let configuration: DecoderConfiguration
  let parameters: ParameterSet<Scalar>
  let gradient: ParameterSet<Scalar>
  let options: PassOptions

  /// A pass that adds to `gradient`.
  public init(
    _ configuration: DecoderConfiguration, _ parameters: ParameterSet<Scalar>,
    gradient: ParameterSet<Scalar>, options: PassOptions
  ) {
    precondition(configuration.architecture == .attend)
    self.configuration = configuration
    self.parameters = parameters
    self.gradient = gradient
    self.options = options
  }

  /// Computes the loss and adds its gradient.
  ///
  /// - Parameters:
  ///   - scale: what each word's cross-entropy counts, 1 / words of the whole batch.
  ///   - attentionScale: what each caption and cell counts in the attention's penalty,
  ///     1 / (captions of the whole batch × cells).
  ///   - seed: decides what is dropped.
  public func run(
    _ batch: CaptionBatch, _ features: FeatureBatch<Scalar>, scale: Scalar, attentionScale: Scalar,
    seed: UInt64
  ) -> PassResult {
    var seeds = SplitMix64(seed: seed)
    let dropped = drop(features, seed: seeds.next())
    var activations = AttendActivations<Scalar>(configuration, batch, features: dropped)
    forward(batch, &activations, embeddingSeed: seeds.next())

    let outputSeed = seeds.next()
    var result = PassResult()
    result.tokens = batch.tokenCount
    let dhidden = vocabularyPass(
      batch, activations, scale: scale, outputSeed: outputSeed, &result)

    let (penalty, excess) = attentionPenalty(batch, activations)
    result.attentionPenalty = penalty
    let dexcess = excess
    dexcess.scale(by: 2 * Scalar(options.attentionRegularization) * attentionScale)
    backward(batch, activations, dhidden: dhidden, dattentionSum: dexcess)
    return result
  }

  private func drop(_ features: FeatureBatch<Scalar>, seed: UInt64) -> FeatureBatch<Scalar> {
    if options.featureDropout == 0 { return features }
    let values = Matrix<Scalar>(features.values.rows, features.values.columns)
    values.dropout(features.values, keep: Scalar(1 - options.featureDropout), seed: seed)
    return FeatureBatch(images: features.images, cells: features.cells, values: values)
  }

  // MARK: Vocabulary layer and loss

  /// Dropout, vocabulary layer, cross-entropy and their backward over all N rows at once; returns
  /// the gradient of the hidden states [N, H].
  private func vocabularyPass(
    _ batch: CaptionBatch, _ activations: AttendActivations<Scalar>, scale: Scalar,
    outputSeed: UInt64, _ result: inout PassResult
  ) -> Matrix<Scalar> {
    let n = batch.tokenCount
    let layer = LinearLayer(parameters, "fc")
    let keep = Scalar(1 - options.outputDropout)
    let dropped = Matrix<Scalar>(n, configuration.hiddenSize)
    dropped.dropout(activations.output, keep: keep, seed: outputSeed)
    let logits = Matrix<Scalar>(n, configuration.vocabularySize)
    layer.forward(dropped, into: logits)
    (result.loss, result.top5) = logits.crossEntropy(
      targets: batch.targets, smoothing: Scalar(options.labelSmoothing), scale: scale)

    let dlogits = logits
    layer.accumulate(into: LinearLayer(gradient, "fc"), x: dropped, dy: dlogits)
    let dhidden = dropped
    dhidden.product(dlogits, layer.weight)
    dhidden.dropout(dhidden, keep: keep, seed: outputSeed)
    return dhidden
  }

  /// Σ (Σ_t α − 1)² and Σ_t α − 1 [n, P].
  private func attentionPenalty(
    _ batch: CaptionBatch, _ activations: AttendActivations<Scalar>
  ) -> (Double, Matrix<Scalar>) {
    let excess = Matrix<Scalar>(batch.captions.count, activations.features.cells)
    excess.fill(-1)
    for rows in activations.steps {
      excess[rows: 0..<rows.count].add(activations.weights[rows: rows])
    }
    return (excess.elements.reduce(0.0) { $0 + Double($1 * $1) }, excess)
  }

  // MARK: Recurrence

  private func forward(
    _ batch: CaptionBatch, _ a: inout AttendActivations<Scalar>, embeddingSeed: UInt64
  ) {
    let recurrent = RecurrentLayer(parameters, embeddingSize: configuration.embeddingSize)
    let attention = AttentionLayer(parameters)

    a.embeddingSeed = embeddingSeed
    a.embedded.gather(parameters["embedding.weight"], rows: batch.inputs)
    a.embedded.dropout(
      a.embedded, keep: Scalar(1 - options.embeddingDropout), seed: embeddingSeed)
    a.gates.product(a.embedded, recurrent.embeddingWeight, transposeB: true)
    a.gates.addBias(recurrent.inputBias)
    a.gates.addBias(recurrent.hiddenBias)

    attention.encoder.forward(a.features.values, into: a.keys)
    if configuration.context == .projected {
      LinearLayer(parameters, "context_projection").forward(a.features.values, into: a.projected)
    }
    let imageHidden = Matrix<Scalar>(a.features.images, configuration.hiddenSize)
    let imageCell = Matrix<Scalar>(a.features.images, configuration.hiddenSize)
    LinearLayer(parameters, "init_h").forward(a.means, into: imageHidden)
    LinearLayer(parameters, "init_c").forward(a.means, into: imageCell)
    a.initialHidden.gather(imageHidden, rows: batch.images)
    a.initialCell.gather(imageCell, rows: batch.images)

    for (step, rows) in a.steps.enumerated() {
      let hidden = a.previousHidden[rows: rows]
      hidden.copy(from: a.hidden(before: step, count: rows.count))
      let query = a.query[rows: rows]
      attention.decoder.forward(hidden, into: query)
      let weights = a.weights[rows: rows]
      for row in 0..<rows.count {
        weights[rows: row..<row + 1].attentionScores(
          keys: a.features.image(batch.images[row], of: a.keys), query: query[rows: row..<row + 1],
          w: attention.full.weight, bias: attention.full.bias[0, 0])
      }
      weights.softmax()
      let context = a.context[rows: rows]
      for row in 0..<rows.count {
        context[rows: row..<row + 1].rowProduct(
          weights[rows: row..<row + 1], a.features.image(batch.images[row], of: a.attended))
      }
      var input = context
      if configuration.context == .gated {
        let gate = a.contextGate[rows: rows]
        LinearLayer(parameters, "f_beta").forward(hidden, into: gate)
        gate.sigmoid()
        input = a.gatedContext[rows: rows]
        input.multiply(context, gate)
      }
      let gates = a.gates[rows: rows]
      gates.product(input, recurrent.contextWeight, transposeB: true, accumulate: true)
      gates.product(hidden, recurrent.hiddenWeight, transposeB: true, accumulate: true)
      gates.lstmForward(
        previousCell: a.cell(before: step, count: rows.count), cell: a.cell[rows: rows],
        hidden: a.output[rows: rows])
    }
  }

  private func backward(
    _ batch: CaptionBatch, _ a: AttendActivations<Scalar>, dhidden: Matrix<Scalar>,
    dattentionSum: Matrix<Scalar>
  ) {
    let recurrent = RecurrentLayer(parameters, embeddingSize: configuration.embeddingSize)
    let recurrentGradient = RecurrentLayer(gradient, embeddingSize: configuration.embeddingSize)
    let attention = AttentionLayer(parameters)
    let attentionGradient = AttentionLayer(gradient)
    let (n, h) = (batch.captions.count, configuration.hiddenSize)
    let total = batch.tokenCount

    let dgates = Matrix<Scalar>(total, 4 * h)
    let dquery = Matrix<Scalar>(total, configuration.attentionSize)
    let dcontextGate = Matrix<Scalar>(
      configuration.context == .gated ? total : 0, configuration.contextSize)
    let dkeys = Matrix<Scalar>(a.keys.rows, a.keys.columns)
    let dprojected = Matrix<Scalar>(a.projected.rows, a.projected.columns)
    let dcell = Matrix<Scalar>(n, h)
    let dcarried = Matrix<Scalar>(n, h)
    let dcontext = Matrix<Scalar>(n, configuration.contextSize)
    let dweights = Matrix<Scalar>(n, a.features.cells)

    for (step, rows) in a.steps.enumerated().reversed() {
      let active = 0..<rows.count
      let dh = dhidden[rows: rows]
      dh.add(dcarried[rows: active])
      let dgates = dgates[rows: rows]
      dgates.lstmBackward(
        activated: a.gates[rows: rows], previousCell: a.cell(before: step, count: rows.count),
        cell: a.cell[rows: rows], dhidden: dh, dcell: dcell[rows: active])

      let dcontext = dcontext[rows: active]
      dcontext.product(dgates, recurrent.contextWeight)
      let dcarried = dcarried[rows: active]
      dcarried.product(dgates, recurrent.hiddenWeight)
      if configuration.context == .gated {
        let dgate = dcontextGate[rows: rows]
        dcontext.gateBackward(
          dcontext, a.context[rows: rows], gate: a.contextGate[rows: rows], dgate: dgate)
        dcarried.product(dgate, parameters["f_beta.weight"], accumulate: true)
      }

      let weights = a.weights[rows: rows]
      let dweights = dweights[rows: active]
      dweights.copy(from: dattentionSum[rows: active])
      let query = a.query[rows: rows]
      let dquery = dquery[rows: rows]
      for row in active {
        let one = row..<row + 1
        dweights[rows: one].rowProduct(
          dcontext[rows: one], a.features.image(batch.images[row], of: a.attended),
          transposeB: true, accumulate: true)
        if configuration.context == .projected {
          a.features.image(batch.images[row], of: dprojected).product(
            weights[rows: one], transposeA: true, dcontext[rows: one], accumulate: true)
        }
      }
      dweights.softmaxBackward(weights, dweights)
      for row in active {
        let one = row..<row + 1
        dweights[rows: one].attentionScoresBackward(
          keys: a.features.image(batch.images[row], of: a.keys), query: query[rows: one],
          w: attention.full.weight, dkeys: a.features.image(batch.images[row], of: dkeys),
          dquery: dquery[rows: one], dw: attentionGradient.full.weight)
      }
      // full_att's bias shifts all scores of a softmax alike: its gradient is zero.
      dcarried.product(dquery, attention.decoder.weight, accumulate: true)
    }

    recurrentGradient.hiddenWeight.product(
      dgates, transposeA: true, a.previousHidden, accumulate: true)
    recurrentGradient.contextWeight.product(
      dgates, transposeA: true, a.recurrentContext, accumulate: true)
    recurrentGradient.embeddingWeight.product(
      dgates, transposeA: true, a.embedded, accumulate: true)
    recurrentGradient.inputBias.addColumnSums(dgates)
    recurrentGradient.hiddenBias.addColumnSums(dgates)
    attention.decoder.accumulate(
      into: attentionGradient.decoder, x: a.previousHidden, dy: dquery)
    attention.encoder.accumulate(into: attentionGradient.encoder, x: a.features.values, dy: dkeys)
    switch configuration.context {
    case .gated:
      LinearLayer(parameters, "f_beta").accumulate(
        into: LinearLayer(gradient, "f_beta"), x: a.previousHidden, dy: dcontextGate)
    case .projected:
      LinearLayer(parameters, "context_projection").accumulate(
        into: LinearLayer(gradient, "context_projection"), x: a.features.values, dy: dprojected)
    }

    let dembedded = a.embedded
    dembedded.product(dgates, recurrent.embeddingWeight)
    dembedded.dropout(
      dembedded, keep: Scalar(1 - options.embeddingDropout), seed: a.embeddingSeed)
    gradient["embedding.weight"].scatterAdd(dembedded, rows: batch.inputs)

    accumulateInitial("init_h", batch, a, dstate: dcarried)
    accumulateInitial("init_c", batch, a, dstate: dcell)
  }

  /// The first state's layer: ∂state [n, H] summed over each image's captions.
  private func accumulateInitial(
    _ name: String, _ batch: CaptionBatch, _ a: AttendActivations<Scalar>, dstate: Matrix<Scalar>
  ) {
    let dimage = Matrix<Scalar>(a.features.images, configuration.hiddenSize)
    dimage.scatterAdd(dstate, rows: batch.images)
    LinearLayer(parameters, name).accumulate(
      into: LinearLayer(gradient, name), x: a.means, dy: dimage)
  }
}
