public import Compute
public import Decoders
public import Vocabulary

/// Trains a decoder over a training set: shuffles, splits each step's images among threads, sums
/// their gradients in a fixed order, and steps Adam.
///
/// Each thread works on a share of the images with single-threaded matrix products, so that all of a
/// pass, not its products alone, runs in parallel.
public final class Trainer {
  public let configuration: DecoderConfiguration
  public let options: TrainingOptions
  /// The parameters that are trained.
  public let parameters: ParameterSet<Float>
  /// Their running mean, or the parameters themselves when averaging is off.
  public let averaged: ParameterSet<Float>
  /// What is learned of the encoder, and its running mean; nil where it is frozen.
  public let averagedEncoder: ParameterSet<Float>?
  /// Where the run stands.
  public internal(set) var state: TrainingState

  let trainingSet: TrainingSet
  let vocabulary: Vocabulary
  var adam: Adam
  var encoderAdam: Adam?
  let gradients: [ParameterSet<Float>]
  private let reward: CaptionReward?

  /// - Parameters:
  ///   - configuration: the decoder's.
  ///   - options: how it is trained.
  ///   - vocabulary: the words.
  ///   - set: captions and features.
  ///   - initial: parameters to start from; nil draws them from the options' seed.
  public init(
    _ configuration: DecoderConfiguration, _ options: TrainingOptions, vocabulary: Vocabulary,
    set: TrainingSet, initial: ParameterSet<Float>? = nil
  ) {
    self.configuration = configuration
    self.options = options
    self.vocabulary = vocabulary
    trainingSet = set
    parameters = initial?.duplicate() ?? ParameterSet(configuration)
    if initial == nil {
      var generator = SplitMix64(seed: options.seed)
      parameters.initialize(using: &generator)
    }
    averaged = options.averaging > 0 ? parameters.duplicate() : parameters
    gradients = (0..<options.threads).map { _ in ParameterSet(configuration) }
    adam = Adam(parameters, options)
    let learning = set.source as? any LearningFeatures
    encoderAdam = learning.map { Adam($0.parameters, options) }
    averagedEncoder = learning.map {
      options.averaging > 0 ? $0.parameters.duplicate() : $0.parameters
    }
    reward =
      options.objective == .selfCritical
      ? CaptionReward(captions: set.captions, bleuWeight: options.bleuReward) : nil
    state = TrainingState(seed: options.seed)
  }

  /// The decoder with the averaged parameters.
  public var averagedDecoder: any CaptionDecoder { configuration.decoder(averaged) }

  /// Seconds of training in the epoch at hand, which whoever has the clock keeps up; saved with the
  /// state, so that a resumed epoch's time is that of all its parts.
  public var seconds: Double {
    get { state.seconds }
    set { state.seconds = newValue }
  }

  /// The feature source, where it learns.
  var learning: (any LearningFeatures)? { trainingSet.source as? any LearningFeatures }

  /// Steps in one epoch.
  public var stepsPerEpoch: Int {
    (trainingSet.captions.count + options.imagesPerStep - 1) / options.imagesPerStep
  }

  /// The learning rate of the next step.
  var learningRate: Double {
    options.schedule.learningRate(
      step: state.step, of: stepsPerEpoch * options.epochs, state.schedule)
  }

  /// The learning rate of the first step of the epoch at hand.
  public var epochLearningRate: Double {
    options.schedule.learningRate(
      step: state.step - state.stepInEpoch, of: stepsPerEpoch * options.epochs, state.schedule)
  }

  /// Trains on every image once, or on those that are left of an epoch that was resumed.
  ///
  /// - Parameter progress: called after each step, when ``state`` says how far it is.
  /// - Returns: what the epoch measured.
  /// - Throws: ``TrainingError`` when the loss is no number; errors of the feature source, and of
  ///   `progress`.
  @discardableResult
  public func runEpoch(progress: () throws -> Void = {}) throws -> PassResult {
    Parallel.setThreadsPerProduct(1)
    let order = state.order(of: trainingSet.captions.count)
    if state.stepInEpoch == 0 { state.total = PassResult() }
    while state.stepInEpoch < stepsPerEpoch {
      let start = state.stepInEpoch * options.imagesPerStep
      let images = order[start..<min(start + options.imagesPerStep, order.count)].map {
        TrainingImage(
          index: $0, view: Int.random(in: 0..<trainingSet.source.views, using: &state.generator))
      }
      let result = try runStep(images, seed: state.generator.next())
      guard result.loss.isFinite else {
        throw TrainingError(
          code: .diverged,
          message: "the loss is \(result.loss) at step \(state.step) of epoch \(state.epoch + 1); "
            + "try a lower learning rate")
      }
      try update()
      state.step += 1
      state.stepInEpoch += 1
      state.total += result
      try progress()
    }
    state.epoch += 1
    state.stepInEpoch = 0
    return state.total
  }

  /// Takes in the validation score of the epoch that just ended, the higher the better. Returns
  /// whether it is the best so far.
  public func record(score: Double) -> Bool {
    options.schedule.record(score, &state.schedule)
  }

  /// Whether all epochs are done, or the validation score has not risen for too long.
  public var isDone: Bool {
    state.epoch >= options.epochs || options.schedule.isExhausted(state.schedule)
  }

  // MARK: One step

  private func runStep(_ images: [TrainingImage], seed: UInt64) throws -> PassResult {
    if let reward { return try runSelfCriticalStep(images, reward, seed: seed) }
    let captions = images.map { image in
      trainingSet.captions[image.index].map { WeightedCaption(ids: $0, weight: nil) }
    }
    let shards = ImageShards(captions: captions, threads: options.threads)
    let features = try trainingSet.source.features(shards.order.map { images[$0] })
    return try gradient(
      features, shards, shards.order.map { captions[$0] }, seed: seed)
  }

  private func runSelfCriticalStep(
    _ images: [TrainingImage], _ reward: CaptionReward, seed: UInt64
  ) throws -> PassResult {
    let features = try trainingSet.source.features(images)
    let shards = ImageShards(count: images.count, threads: options.threads)
    let sampler = CaptionSampler(
      start: vocabulary.start, end: vocabulary.end,
      excluded: [vocabulary.padding, vocabulary.start, vocabulary.unknown],
      maximumLength: trainingSet.longestCaption, temperature: options.temperature)
    let decoder = configuration.decoder(parameters)
    let count = options.samples
    let share = Float(options.crossEntropyShare)
    let references = images.map { image in
      share == 0
        ? [] : trainingSet.captions[image.index].map { WeightedCaption(ids: $0, weight: share) }
    }
    let sampled = Parallel.map(shards.ranges) { thread, range in
      if range.isEmpty { return [[WeightedCaption]]() }
      var generator = SplitMix64(seed: seed &+ UInt64(thread) &* 0x2545_F491_4F6C_DD1D)
      let captions = sampler.sample(
        features[images: range], with: decoder, count: count, using: &generator)
      return zip(range, captions).map { place, captions in
        WeightedCaption.selfCritical(captions, share: 1 - share) {
          reward.score($0, image: images[place].index)
        } + references[place]
      }
    }
    let captions = sampled.flatMap { $0 }
    var result = try gradient(features, shards, captions, seed: seed)
    let rewards = captions.joined().compactMap(\.reward)
    result.reward = rewards.reduce(0, +)
    result.rewarded = rewards.count
    return result
  }

  private func update() throws {
    let rate = learningRate
    adam.update(parameters, gradient: gradients[0], learningRate: rate, threads: options.threads)
    average(parameters, averaged)
    if let learning, let averagedEncoder {
      encoderAdam?.update(
        learning.parameters, gradient: learning.gradient,
        learningRate: rate * options.encoderShare, threads: options.threads)
      try learning.parametersChanged()
      average(learning.parameters, averagedEncoder)
    }
  }

  /// Moves the running mean. Early on it forgets faster, so that the first weights do not linger.
  private func average(_ parameters: ParameterSet<Float>, _ averaged: ParameterSet<Float>) {
    if options.averaging == 0 { return }
    let steps = Double(state.step + 1)
    let decay = Float(min(options.averaging, steps / (steps + 10)))
    for name in parameters.names {
      Parallel.forEachShard(of: parameters[name].rows, threads: options.threads) { rows in
        averaged[name][rows: rows].average(parameters[name][rows: rows], keep: decay)
      }
    }
  }
}

/// Why training stopped.
public struct TrainingError: Error, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// The loss became infinite or not a number.
    case diverged
    /// A saved state that does not belong to this run.
    case mismatch
  }
  public var code: Code
  public var message: String
  public var description: String { message }
}
