public import Compute
public import Decoders
public import Scoring
public import Tensor
public import Vocabulary

/// Captions images by free-running beam search, as the captioner will be used, and scores the result
/// against their references.
public struct Validation: Sendable {
  /// For each image its reference captions.
  public var references: [[[String]]]
  /// The feature map of an image by its index: float16 [cells, channels].
  public var features: @Sendable (Int) throws -> Tensor
  public var vocabulary: Vocabulary
  public var search: BeamSearch
  /// Threads that share the images.
  public var threads: Int
  /// Images searched side by side in one thread.
  public var batchSize = 50

  public init(
    references: [[[String]]], vocabulary: Vocabulary, search: BeamSearch, threads: Int,
    features: @escaping @Sendable (Int) throws -> Tensor
  ) {
    self.references = references
    self.features = features
    self.vocabulary = vocabulary
    self.search = search
    self.threads = threads
  }

  /// Captions every image.
  public func captions(_ decoder: any CaptionDecoder) throws -> [DecodedCaption] {
    try mapBatches { batch, _ in search.captions(batch, with: decoder) }
  }

  /// Calls `body` with the feature maps of one batch of images after the other, side by side, and
  /// joins what it returns in the images' order.
  private func mapBatches<Element: Sendable>(
    _ body: @Sendable (FeatureBatch<Float>, Range<Int>) throws -> [Element]
  ) throws -> [Element] {
    Parallel.setThreadsPerProduct(1)
    let batches = stride(from: 0, to: references.count, by: batchSize).map {
      $0..<min($0 + batchSize, references.count)
    }
    let outcomes = Parallel.map(batches, threads: threads) { _, images in
      Result { try body(FeatureBatch(try images.map(features)), images) }
    }
    return try outcomes.flatMap { try $0.get() }
  }

  /// Captions and scores every image.
  public func score(_ decoder: any CaptionDecoder) throws -> ScoreReport {
    var accumulator = ScoreAccumulator()
    for (caption, references) in zip(try captions(decoder), references) {
      accumulator.add(
        candidate: vocabulary.words(of: caption.best.words), references: references)
    }
    return try accumulator.report()
  }

  /// BLEU-4 of the words that the model finds most likely after the right ones, as programs of this
  /// kind often print it: it flatters, since each word is guessed from a correct beginning.
  ///
  /// - Parameter captions: for each image its references, as ids from `<start>` to `<end>`.
  public func teacherForcedBLEU4(
    _ configuration: DecoderConfiguration, _ parameters: ParameterSet<Float>,
    _ captions: [[[Int32]]]
  ) throws -> Double {
    let unused = ParameterSet<Float>([])
    let pass = CaptionPass(configuration, parameters, gradient: unused, options: .plain)
    let first = InitialStateLayer(parameters, configuration)
    let guesses = try mapBatches { batch, images in
      let states = first.infer(batch.means(pooling: configuration.pooling))
      let members = images.enumerated().flatMap { place, image in
        captions[image].map { (image: place, ids: $0) }
      }
      let packed = CaptionBatch(captions: members)
      let words = pass.logits(packed, batch, states).mostLikely
      return zip(packed.unpack(words), members).map { words, member in
        (image: images.lowerBound + member.image, words: words)
      }
    }
    var accumulator = ScoreAccumulator()
    for guess in guesses {
      accumulator.add(
        candidate: vocabulary.words(of: guess.words.filter { $0 != vocabulary.end }),
        references: references[guess.image])
    }
    return try accumulator.report().bleu[3]
  }
}

extension Matrix {
  /// The column of each row's largest element.
  fileprivate var mostLikely: [Int] {
    (0..<rows).map { self[rows: $0..<$0 + 1].largest(1)[0].column }
  }
}

extension CaptionBatch {
  /// What stands at the packed rows of each caption, in the order in which captions were given.
  func unpack(_ packed: [Int]) -> [[Int]] {
    var result = [[Int]](repeating: [], count: captions.count)
    for rows in packedRows {
      for (caption, row) in rows.enumerated() { result[order[caption]].append(packed[row]) }
    }
    return result
  }
}
