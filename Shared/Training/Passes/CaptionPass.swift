public import Compute
public import Decoders

/// Forward and backward of a decoder over packed captions, of whichever architecture.
///
/// Everything that does not depend on the recurrence (embedding products, vocabulary layer, weight
/// gradients) is one matrix product over all steps; what does is one product a step. The first
/// states are the caller's, since batch norm takes its statistics over more images than a pass has.
///
/// Extents: n captions of I images, N packed rows (one for each predicted word), P cells,
/// C channels, H hidden, E embedding, V words.
public struct CaptionPass<Scalar: Real>: Sendable {
  let configuration: DecoderConfiguration
  let parameters: ParameterSet<Scalar>
  let gradient: ParameterSet<Scalar>
  let options: PassOptions
  let layers: StepLayers<Scalar>

  /// A pass that adds to `gradient`. Its layers are of the parameters as they are; by default they
  /// are made for this pass alone.
  public init(
    _ configuration: DecoderConfiguration, _ parameters: ParameterSet<Scalar>,
    gradient: ParameterSet<Scalar>, options: PassOptions, layers: StepLayers<Scalar>? = nil
  ) {
    self.configuration = configuration
    self.parameters = parameters
    self.gradient = gradient
    self.options = options
    self.layers = layers ?? StepLayers(configuration, parameters)
  }

  /// The images of a pass, and where their gradients go.
  public struct Images: Sendable {
    public let features: FeatureBatch<Scalar>
    /// First states of the images.
    public let states: InitialStateLayer<Scalar>.States
    /// Where the gradient of the first states is added.
    public let dstates: InitialStateLayer<Scalar>.States
    /// Where the gradient of the feature maps is added; nil where the encoder is frozen.
    public let dfeatures: FeatureBatch<Scalar>?

    public init(
      features: FeatureBatch<Scalar>, states: InitialStateLayer<Scalar>.States,
      dstates: InitialStateLayer<Scalar>.States, dfeatures: FeatureBatch<Scalar>? = nil
    ) {
      self.features = features
      self.states = states
      self.dstates = dstates
      self.dfeatures = dfeatures
    }
  }

  /// Computes the loss and adds its gradient.
  ///
  /// - Parameters:
  ///   - batch: the captions.
  ///   - images: their features and the decoder's first states.
  ///   - scale: what each word's cross-entropy counts, 1 / words of the whole batch.
  ///   - attentionScale: what each caption and cell counts in the attention's penalty,
  ///     1 / (captions of the whole batch × cells).
  ///   - seed: decides what is dropped.
  public func run(
    _ batch: CaptionBatch, _ images: Images, scale: Scalar, attentionScale: Scalar, seed: UInt64
  ) -> PassResult {
    let seeds = Seeds(seed)
    let features = drop(images.features, seed: seeds.features)
    let (recurrence, attention) = forward(batch, features, images.states, seeds)
    var result = PassResult()
    result.tokens = batch.tokenCount
    let output = attention.output()
    let doutput = vocabularyPass(batch, output, scale: scale, seed: seeds.output, &result)

    let dweights = Matrix<Scalar>(batch.captions.count, attention.weights?.columns ?? 0)
    if let weights = attention.weights, options.attentionRegularization > 0 {
      result.attentionPenalty = Self.attentionExcess(recurrence.steps, weights, into: dweights)
      dweights.scale(by: 2 * Scalar(options.attentionRegularization) * attentionScale)
    }
    let (dhidden, dcell) = attention.outputGradient(doutput, dweights: dweights)
    let gradients = recurrence.makeGradients(captions: batch.captions.count)
    for step in recurrence.steps.indices.reversed() {
      recurrence.backward(step, gradients, dhidden: dhidden, dcell: dcell)
      attention.stepGradient(step, gradients)
    }
    accumulate(batch, images, features, recurrence, attention, gradients, seeds)
    return result
  }

  /// The logits [N, V] under teacher forcing, without dropout: row r predicts the word at the
  /// batch's packed row r.
  public func logits(
    _ batch: CaptionBatch, _ features: FeatureBatch<Scalar>,
    _ states: InitialStateLayer<Scalar>.States
  ) -> Matrix<Scalar> {
    let plain = CaptionPass(
      configuration, parameters, gradient: gradient, options: .plain, layers: layers)
    let (_, attention) = plain.forward(batch, features, states, Seeds(0))
    let logits = Matrix<Scalar>(batch.tokenCount, configuration.vocabularySize)
    LinearLayer(parameters, "fc").forward(attention.output(), into: logits)
    return logits
  }

  // MARK: Forward

  /// What decides each dropout of a pass.
  private struct Seeds {
    let features: UInt64
    let embedding: UInt64
    let output: UInt64

    init(_ seed: UInt64) {
      var generator = SplitMix64(seed: seed)
      features = generator.next()
      embedding = generator.next()
      output = generator.next()
    }
  }

  private func drop(_ features: FeatureBatch<Scalar>, seed: UInt64) -> FeatureBatch<Scalar> {
    if options.featureDropout == 0 { return features }
    let values = Matrix<Scalar>(features.values.rows, features.values.columns)
    values.dropout(features.values, keep: Scalar(1 - options.featureDropout), seed: seed)
    return FeatureBatch(images: features.images, cells: features.cells, values: values)
  }

  private func forward(
    _ batch: CaptionBatch, _ features: FeatureBatch<Scalar>,
    _ states: InitialStateLayer<Scalar>.States, _ seeds: Seeds
  ) -> (Recurrence<Scalar>, any ImageAttention<Scalar>) {
    let embedded = Matrix<Scalar>(batch.tokenCount, configuration.embeddingSize)
    embedded.gather(parameters["embedding.weight"], rows: batch.inputs)
    if options.embeddingDropout > 0 {
      embedded.dropout(
        embedded, keep: Scalar(1 - options.embeddingDropout), seed: seeds.embedding)
    }
    let n = batch.captions.count
    let initial = InitialStateLayer<Scalar>.States(
      hidden: Matrix(n, states.hidden.columns), cell: Matrix(n, states.cell.columns))
    initial.hidden.gather(states.hidden, rows: batch.images)
    initial.cell.gather(states.cell, rows: batch.images)
    let recurrence = Recurrence(
      configuration, layers.recurrent, batch, embedded: embedded, initial: initial)
    let attention: any ImageAttention<Scalar> =
      switch configuration.architecture {
      case .tell: NoAttention(recurrence)
      case .attend:
        SoftAttention(
          configuration, parameters, layers, gradient: gradient, batch, features, recurrence)
      case .adaptive:
        SentinelAttention(
          configuration, parameters, gradient: gradient, batch, features, recurrence)
      }
    for step in recurrence.steps.indices {
      attention.enter(step)
      recurrence.advance(step)
    }
    return (recurrence, attention)
  }

  // MARK: Vocabulary layer and loss

  /// Dropout, vocabulary layer, cross-entropy and their backward over all N rows at once; returns
  /// the gradient of the output [N, H].
  private func vocabularyPass(
    _ batch: CaptionBatch, _ output: Matrix<Scalar>, scale: Scalar, seed: UInt64,
    _ result: inout PassResult
  ) -> Matrix<Scalar> {
    let layer = LinearLayer(parameters, "fc")
    let keep = Scalar(1 - options.outputDropout)
    let dropped = Matrix<Scalar>(output.rows, output.columns)
    dropped.dropout(output, keep: keep, seed: seed)
    let logits = Matrix<Scalar>(output.rows, configuration.vocabularySize)
    layer.forward(dropped, into: logits)
    (result.loss, result.top5) = logits.crossEntropy(
      targets: batch.targets, weights: batch.packedWeights.map { $0.map { Scalar($0) } },
      smoothing: Scalar(options.labelSmoothing), scale: scale)

    let dlogits = logits
    layer.accumulate(into: LinearLayer(gradient, "fc"), x: dropped, dy: dlogits)
    let doutput = dropped
    doutput.product(dlogits, layer.weight)
    doutput.dropout(doutput, keep: keep, seed: seed)
    return doutput
  }

  /// Σ (Σ_t α − 1)², with Σ_t α − 1 left in `excess` [n, P].
  private static func attentionExcess(
    _ steps: [Range<Int>], _ weights: Matrix<Scalar>, into excess: Matrix<Scalar>
  ) -> Double {
    excess.fill(-1)
    for rows in steps { excess[rows: 0..<rows.count].add(weights[rows: rows]) }
    return excess.elements.reduce(0.0) { $0 + Double($1 * $1) }
  }

  // MARK: Gradients

  private func accumulate(
    _ batch: CaptionBatch, _ images: Images, _ features: FeatureBatch<Scalar>,
    _ recurrence: Recurrence<Scalar>, _ attention: any ImageAttention<Scalar>,
    _ gradients: Recurrence<Scalar>.Gradients, _ seeds: Seeds
  ) {
    recurrence.layer.accumulate(
      into: RecurrentLayer(gradient, configuration), dgates: gradients.gates,
      embedded: recurrence.embedded, context: attention.context,
      previousHidden: recurrence.previousHidden)

    let dropsFeatures = options.featureDropout > 0
    let dfeatures = images.dfeatures.map { given in
      dropsFeatures
        ? FeatureBatch(
          images: given.images, cells: given.cells,
          values: Matrix<Scalar>(given.values.rows, given.values.columns)) : given
    }
    attention.finish(gradients, dfeatures: dfeatures)
    if dropsFeatures, let dfeatures, let given = images.dfeatures {
      dfeatures.values.dropout(
        dfeatures.values, keep: Scalar(1 - options.featureDropout), seed: seeds.features)
      given.values.add(dfeatures.values)
    }

    let dembedded = Matrix<Scalar>(recurrence.embedded.rows, recurrence.embedded.columns)
    recurrence.layer.embeddingGradient(gradients.gates, into: dembedded)
    attention.addEmbeddingGradient(to: dembedded)
    if options.embeddingDropout > 0 {
      dembedded.dropout(
        dembedded, keep: Scalar(1 - options.embeddingDropout), seed: seeds.embedding)
    }
    gradient["embedding.weight"].scatterAdd(dembedded, rows: batch.inputs)
    images.dstates.hidden.scatterAdd(gradients.carried.hidden, rows: batch.images)
    images.dstates.cell.scatterAdd(gradients.carried.cell, rows: batch.images)
  }
}
