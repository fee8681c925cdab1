import Compute
import Decoders
import Vocabulary

/// A caption to learn from, from `<start>` to `<end>`.
struct WeightedCaption: Sendable {
  var ids: [Int32]
  /// What its words count in the loss; nil counts 1.
  var weight: Float?
  /// What a sampled caption was worth.
  var reward: Double?

  /// Sampled captions of one image, each weighed by its reward less the mean of the others', times
  /// `share`.
  static func selfCritical(
    _ captions: [[Int32]], share: Float, reward: ([Int32]) -> Double
  ) -> [WeightedCaption] {
    let rewards = captions.map(reward)
    let sum = rewards.reduce(0, +)
    let others = Double(max(captions.count - 1, 1))
    return zip(captions, rewards).map { ids, reward in
      WeightedCaption(
        ids: ids, weight: share * Float(reward - (sum - reward) / others), reward: reward)
    }
  }
}

/// How a step's images are shared among threads: each takes a range of the images in ``order``.
struct ImageShards {
  let order: [Int]
  let ranges: [Range<Int>]

  /// Shares images evenly, in their own order.
  init(count: Int, threads: Int) {
    order = Array(0..<count)
    ranges = (0..<threads).map { count * $0 / threads..<count * ($0 + 1) / threads }
  }

  /// Deals the images to the threads, the longest first to whoever has the fewest words.
  init(captions: [[WeightedCaption]], threads: Int) {
    let words = captions.map { $0.reduce(0) { $0 + $1.ids.count } }
    var shards = [[Int]](repeating: [], count: threads)
    var loads = [Int](repeating: 0, count: threads)
    for image in words.indices.sorted(by: { (words[$1], $0) < (words[$0], $1) }) {
      let thread = loads.indices.min { loads[$0] < loads[$1] }!
      shards[thread].append(image)
      loads[thread] += words[image]
    }
    order = shards.flatMap { $0 }
    var start = 0
    ranges = shards.map { shard in
      defer { start += shard.count }
      return start..<start + shard.count
    }
  }
}

extension Trainer {
  /// The gradient of one step, left in `gradients[0]` and, where the encoder learns, with it.
  ///
  /// - Parameters:
  ///   - features: of the images, in the order of `captions` and of the shards' ranges.
  func gradient(
    _ features: FeatureBatch<Float>, _ shards: ImageShards, _ captions: [[WeightedCaption]],
    seed: UInt64
  ) throws -> PassResult {
    let (configuration, options) = (configuration, options)
    let (parameters, gradients) = (parameters, gradients)
    let tokens = captions.joined().reduce(0) { $0 + $1.ids.count - 1 }
    let captionCount = captions.reduce(0) { $0 + $1.count }
    let cells = configuration.pooling?.pooledCells ?? features.cells
    let initialLayer = InitialStateLayer(parameters, configuration)
    let initial = initialLayer.train(features.means(pooling: configuration.pooling))
    let dstates = initialLayer.makeStates(features.images)
    let dfeatures = learning.map { _ in
      FeatureBatch(
        images: features.images, cells: features.cells,
        values: Matrix<Float>(features.values.rows, features.values.columns))
    }
    let mixing = wordMixing(seed: seed)
    let layers = StepLayers(configuration, parameters)

    let results = Parallel.map(shards.ranges) { thread, range in
      let gradient = gradients[thread]
      gradient.clear()
      if range.isEmpty { return PassResult() }
      let members = captions[range].enumerated().flatMap { place, captions in
        captions.map { (image: place, caption: $0) }
      }
      let weights = members.compactMap(\.caption.weight)
      var batch = CaptionBatch(
        captions: members.map { (image: $0.image, ids: $0.caption.ids) },
        weights: weights.count == members.count ? weights : nil)
      let pass = CaptionPass(
        configuration, parameters, gradient: gradient, options: options.pass, layers: layers)
      let states = initial.states[rows: range]
      let own = seed &+ UInt64(thread) &* 0x2545_F491_4F6C_DD1D
      if let mixing {
        var generator = SplitMix64(seed: ~own)
        let logits = pass.logits(batch, features[images: range], states)
        batch.mixInputs(logits, mixing, using: &generator)
      }
      return pass.run(
        batch,
        .init(
          features: features[images: range], states: states, dstates: dstates[rows: range],
          dfeatures: dfeatures?[images: range]),
        scale: 1 / Float(tokens), attentionScale: 1 / Float(captionCount * cells), seed: own)
    }
    sumGradients()
    let dmeans = dfeatures.map { _ in Matrix<Float>(features.images, features.values.columns) }
    initialLayer.backward(
      into: InitialStateLayer(gradients[0], configuration), initial, dstates: dstates,
      dmeans: dmeans)
    if let learning, let dfeatures, let dmeans {
      features.meansBackward(dmeans, into: dfeatures, pooling: configuration.pooling)
      try learning.backward(dfeatures)
    }
    return results.reduce(into: PassResult()) { $0 += $1 }
  }

  /// How words are mixed by scheduled sampling at this point of the run; nil for not at all.
  private func wordMixing(seed: UInt64) -> WordMixing? {
    if options.objective == .selfCritical { return nil }
    let share = Double(state.epoch) / Double(max(options.epochs - 1, 1))
    let probability = options.scheduledSampling * share
    if probability == 0 { return nil }
    return WordMixing(
      probability: probability, excluded: [vocabulary.padding, vocabulary.start, vocabulary.end])
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
}
