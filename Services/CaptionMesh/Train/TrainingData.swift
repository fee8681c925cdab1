import Datasets
import Decoders
import Encoders
import Features
import Imaging
import Tensor
import Training
import Vocabulary

/// What a run learns from and is validated on.
struct TrainingData {
  /// The data set's name.
  let name: String
  let vocabulary: Vocabulary
  /// What the features are features of.
  private(set) var features: FeatureIdentity
  let train: TrainingSet
  /// For each validation image its captions, as words and as ids.
  let validationWords: [[[String]]]
  let validationCaptions: [[[Int32]]]
  /// The feature map of a validation image.
  private(set) var validationFeatures: @Sendable (Int) throws -> Tensor
  /// The encoder, where it learns along.
  let learning: LearningEncoder?
  private let validation: CaptionedSplit

  /// How captions become ids.
  struct Words {
    /// That of a model to go on from; nil takes the data's, or makes one of the training split.
    var vocabulary: Vocabulary?
    var minFrequency: Int
    var maxLength: Int
  }

  /// What gives the features.
  enum Source {
    case cache(FeatureCache)
    /// Photographs are encoded in every epoch anew.
    case encoder(ImageEncoder)
    /// The same, by an encoder that learns along.
    case learning(TrainableEncoder)
  }

  /// - Throws: ``DatasetError`` when parts do not belong together, ``EncoderError``.
  init(
    _ data: CaptionedData, _ source: Source, words: Words, augmentation: Augmentation, threads: Int
  ) throws {
    if let own = data.vocabulary, let given = words.vocabulary, own != given {
      throw DatasetError(
        .mismatch,
        "the data's word map has \(own.count) words, the model to go on from has others "
          + "(\(given.count)); they do not belong together")
    }
    let train = try data.split("train")
    validation = try data.split("val")
    let vocabulary =
      words.vocabulary ?? data.vocabulary
      ?? Vocabulary(captions: train.words.joined(), minimumFrequency: words.minFrequency)
    name = data.name
    self.vocabulary = vocabulary
    let maps: any TrainingFeatures
    switch source {
    case .cache(let cache):
      features = cache.identity
      let rows = [try train.rows(in: cache)] + train.viewRows(in: cache)
      maps = CachedFeatures(views: rows.count) { try cache.features(row: rows[$0.view][$0.index]) }
      let validationRows = try validation.rows(in: cache)
      validationFeatures = { try cache.features(row: validationRows[$0]) }
      learning = nil
    case .encoder(let encoder):
      features = encoder.features
      maps = EncodedFeatures(encoder, train, augmentation, threads: threads)
      validationFeatures = { _ in preconditionFailure("not encoded yet") }
      learning = nil
    case .learning(let encoder):
      features = encoder.identity.features
      let encoder = LearningEncoder(encoder, train, augmentation, threads: threads)
      maps = encoder
      validationFeatures = { _ in preconditionFailure("not encoded yet") }
      learning = encoder
    }
    self.train = TrainingSet(
      tokens: train.words, vocabulary: vocabulary, maximumLength: words.maxLength, source: maps)
    validationWords = validation.words
    validationCaptions = validation.words.map { captions in
      captions.map { vocabulary.caption(of: $0, maximumLength: words.maxLength) }
    }
    if case .encoder(let encoder) = source {
      try encodeValidation(by: encoder, threads: threads)
    }
  }

  /// Encodes the validation photographs, which then are what ``validationFeatures`` gives.
  mutating func encodeValidation(by encoder: ImageEncoder, threads: Int) throws {
    let reader = ImageReader(validation, encoder.preprocessing, threads: threads)
    let batch = ImageReader.batchSize
    let bar = ProgressBar("encoding the validation images", total: validation.count)
    var maps: [Tensor] = []
    for start in stride(from: 0, to: validation.count, by: batch) {
      let images = (start..<min(start + batch, validation.count)).map {
        TrainingImage(index: $0, view: 0)
      }
      let cells = try encoder.encodeCells(try reader.read(images))
      maps += images.indices.map { cells[$0] }
      bar.advance(to: maps.count)
    }
    bar.finish()
    validationFeatures = { [maps] in maps[$0] }
    features = encoder.features
  }
}
