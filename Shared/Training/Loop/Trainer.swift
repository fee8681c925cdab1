public import Compute
public import Decoders
import Synchronization

/// Teacher forcing over a training set: shuffles, splits each step's images among threads, sums
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
  /// Epochs done.
  public private(set) var epoch = 0
  /// Steps done.
  public private(set) var step = 0

  private let set: TrainingSet
  private var adam: Adam
  private let gradients: [ParameterSet<Float>]

  /// Draws first parameters from the options' seed.
  public init(
    _ configuration: DecoderConfiguration, _ options: TrainingOptions, set: TrainingSet
  ) {
    self.configuration = configuration
    self.options = options
    self.set = set
    parameters = ParameterSet(configuration)
    var generator = SplitMix64(seed: options.seed)
    parameters.initialize(using: &generator)
    averaged = options.averaging > 0 ? parameters.duplicate() : parameters
    gradients = (0..<options.threads).map { _ in ParameterSet(configuration) }
    adam = Adam(configuration)
    adam.clip = options.gradientClip
    adam.weightDecay = options.weightDecay
  }

  /// The decoder with the averaged parameters.
  public var averagedDecoder: any CaptionDecoder { AttendAndTell(configuration, averaged) }

  /// Steps in one epoch.
  public var stepsPerEpoch: Int {
    (set.captions.count + options.imagesPerStep - 1) / options.imagesPerStep
  }

  /// Trains on every image once.
  ///
  /// - Parameter progress: called after each step with what the epoch measured so far and the
  ///   number of its steps done.
  /// - Returns: what the epoch measured.
  /// - Throws: ``TrainingError`` when the loss is no number; errors of the training set.
  @discardableResult
  public func runEpoch(progress: (PassResult, Int) -> Void = { _, _ in }) throws -> PassResult {
    Parallel.setThreadsPerProduct(1)
    var generator = SplitMix64(seed: options.seed &+ UInt64(epoch + 1) &* 0x51_7CC1_B727_220A)
    let order = Array(set.captions.indices).shuffled(using: &generator)
    let totalSteps = stepsPerEpoch * options.epochs
    var total = PassResult()
    for index in 0..<stepsPerEpoch {
      let start = index * options.imagesPerStep
      let images = order[start..<min(start + options.imagesPerStep, order.count)].map { image in
        (image: image, view: Int.random(in: 0..<set.views, using: &generator))
      }
      let result = try runStep(images, seed: generator.next())
      guard result.loss.isFinite else {
        throw TrainingError(
          code: .diverged,
          message: "the loss is \(result.loss) at step \(step) of epoch \(epoch + 1); "
            + "try a lower learning rate")
      }
      adam.update(
        parameters, gradient: gradients[0],
        learningRate: options.learningRate(step: step, of: totalSteps), threads: options.threads)
      step += 1
      average()
      total += result
      progress(total, index + 1)
    }
    epoch += 1
    return total
  }

  /// The gradient of one step, left in `gradients[0]`.
  private func runStep(_ images: [(image: Int, view: Int)], seed: UInt64) throws -> PassResult {
    let (configuration, options, set) = (configuration, options, set)
    let (parameters, gradients) = (parameters, gradients)
    let captions = images.map { set.captions[$0.image] }
    let tokens = captions.joined().reduce(0) { $0 + $1.count - 1 }
    let captionCount = captions.reduce(0) { $0 + $1.count }
    let shards = shard(captions)
    let outcomes = Mutex([Int: Result<PassResult, any Error>]())

    Parallel.forEach(options.threads) { thread in
      let gradient = gradients[thread]
      gradient.clear()
      let members = shards[thread]
      if members.isEmpty { return }
      let outcome = Result {
        let features = FeatureBatch<Float>(
          try members.map { try set.features(images[$0].image, images[$0].view) })
        let batch = CaptionBatch(
          captions: members.enumerated().flatMap { place, member in
            captions[member].map { (image: place, ids: $0) }
          })
        let pass = AttendPass(
          configuration, parameters, gradient: gradient, options: options.pass)
        return pass.run(
          batch, features, scale: 1 / Float(tokens),
          attentionScale: 1 / Float(captionCount * features.cells),
          seed: seed &+ UInt64(thread) &* 0x2545_F491_4F6C_DD1D)
      }
      outcomes.withLock { $0[thread] = outcome }
    }
    sumGradients()
    return try outcomes.withLock { outcomes in
      try outcomes.sorted { $0.key < $1.key }.reduce(into: PassResult()) {
        $0 += try $1.value.get()
      }
    }
  }

  /// Deals the images to the threads, the longest first to whoever has the fewest words.
  private func shard(_ captions: [[[Int32]]]) -> [[Int]] {
    let words = captions.map { $0.reduce(0) { $0 + $1.count } }
    var shards = [[Int]](repeating: [], count: options.threads)
    var loads = [Int](repeating: 0, count: options.threads)
    for member in words.indices.sorted(by: { (words[$1], $0) < (words[$0], $1) }) {
      let thread = loads.indices.min { loads[$0] < loads[$1] }!
      shards[thread].append(member)
      loads[thread] += words[member]
    }
    return shards
  }

  private func sumGradients() {
    let gradients = gradients
    for name in parameters.names {
      Parallel.forEachShard(of: gradients[0][name].rows, threads: options.threads) { rows in
        for other in gradients.dropFirst() {
          gradients[0][name][rows: rows].add(other[name][rows: rows])
        }
      }
    }
  }

  /// Moves the running mean. Early on it forgets faster, so that the first weights do not linger.
  private func average() {
    if options.averaging == 0 { return }
    let decay = Float(min(options.averaging, Double(step) / Double(step + 10)))
    let (parameters, averaged) = (parameters, averaged)
    for name in parameters.names {
      Parallel.forEachShard(of: parameters[name].rows, threads: options.threads) { rows in
        let mean = averaged[name][rows: rows]
        mean.scale(by: decay)
        mean.add(parameters[name][rows: rows], scale: 1 - decay)
      }
    }
  }
}

/// Why training stopped.
public struct TrainingError: Error, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// The loss became infinite or not a number.
    case diverged
  }
  public var code: Code
  public var message: String
  public var description: String { message }
}
