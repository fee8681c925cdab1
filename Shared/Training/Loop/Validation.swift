import Compute
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
  func mapBatches<Element: Sendable>(
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
}
