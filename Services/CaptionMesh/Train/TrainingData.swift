import Datasets
import Encoders
import Features
import Imaging
import Tensor
import Training
import Vocabulary

/// What a run learns from and is validated on, wherever it came from.
struct TrainingData {
  /// The data set's name.
  var name: String
  var vocabulary: Vocabulary
  /// What the features are features of.
  var features: FeatureIdentity
  var train: TrainingSet
  /// For each validation image its captions, as words and as ids.
  var validationWords: [[[String]]]
  var validationCaptions: [[[Int32]]]
  /// The feature map of a validation image.
  var validationFeatures: @Sendable (Int) throws -> Tensor
  /// The encoder, where it learns along.
  var learning: LearningEncoder?
  /// The validation photographs, where there are no cached features of them.
  var validationPaths: [String] = []

  /// How captions become ids.
  struct Words {
    /// That of a model to go on from; nil makes one from the training split.
    var vocabulary: Vocabulary?
    var minFrequency: Int
    var maxLength: Int
  }

  private init(
    _ dataset: KarpathyDataset, _ words: Words, train: [[[String]]], validation: [[[String]]],
    features: FeatureIdentity, source: any TrainingFeatures,
    validationFeatures: @escaping @Sendable (Int) throws -> Tensor
  ) {
    let vocabulary =
      words.vocabulary
      ?? Vocabulary(captions: train.joined(), minimumFrequency: words.minFrequency)
    name = dataset.dataset
    self.vocabulary = vocabulary
    self.features = features
    self.train = TrainingSet(
      tokens: train, vocabulary: vocabulary, maximumLength: words.maxLength, source: source)
    validationWords = validation
    validationCaptions = validation.map { captions in
      captions.filter { !$0.isEmpty }.map {
        vocabulary.caption(of: $0, maximumLength: words.maxLength)
      }
    }
    self.validationFeatures = validationFeatures
  }

  /// Captions of a Karpathy JSON and the features of a cache.
  ///
  /// - Throws: ``DatasetError`` when they do not belong together.
  init(_ dataset: KarpathyDataset, cache: FeatureCache, words: Words) throws {
    let train = try CaptionedImages(dataset, split: "train", cache: cache)
    let validation = try CaptionedImages(dataset, split: "val", cache: cache)
    self.init(
      dataset, words, train: train.tokens, validation: validation.tokens, features: cache.identity,
      source: CachedFeatures(views: train.views) { try train.features($0.index, $0.view) },
      validationFeatures: { try validation.features($0, 0) })
  }

  /// Captions of a Karpathy JSON and photographs, which are encoded in every epoch anew, by an
  /// encoder that learns along.
  ///
  /// - Throws: ``DatasetError`` for a split without images, ``EncoderError``.
  init(
    _ dataset: KarpathyDataset, images folder: String, encoder: TrainableEncoder, threads: Int,
    words: Words
  ) throws {
    let train = try dataset.filledImages(of: "train")
    let validation = try dataset.filledImages(of: "val")
    let learning = LearningEncoder(
      encoder, paths: train.map { "\(folder)/\($0.path)" }, threads: threads)
    self.init(
      dataset, words, train: train.map { $0.sentences.map(\.tokens) },
      validation: validation.map { $0.sentences.map(\.tokens) },
      features: encoder.identity.features, source: learning,
      validationFeatures: { _ in preconditionFailure("not encoded yet") })
    self.learning = learning
    validationPaths = validation.map { "\(folder)/\($0.path)" }
  }

  /// Captions of a Karpathy JSON and photographs, which are encoded in every epoch anew.
  ///
  /// - Throws: ``DatasetError`` for a split without images.
  init(
    _ dataset: KarpathyDataset, images folder: String, encoder: ImageEncoder, threads: Int,
    words: Words
  ) throws {
    let train = try dataset.filledImages(of: "train")
    let validation = try dataset.filledImages(of: "val")
    self.init(
      dataset, words, train: train.map { $0.sentences.map(\.tokens) },
      validation: validation.map { $0.sentences.map(\.tokens) }, features: encoder.features,
      source: EncodedFeatures(
        encoder, paths: train.map { "\(folder)/\($0.path)" }, threads: threads),
      validationFeatures: { _ in preconditionFailure("not encoded yet") })
    validationPaths = validation.map { "\(folder)/\($0.path)" }
    try encodeValidation(by: encoder, threads: threads)
  }

  /// Encodes the validation photographs, which then are what ``validationFeatures`` gives.
  mutating func encodeValidation(by encoder: ImageEncoder, threads: Int) throws {
    let source = FeatureSource(encoder: encoder, threads: threads)
    let batch = 8
    let bar = ProgressBar("encoding the validation images", total: validationPaths.count)
    var maps: [Tensor] = []
    for start in stride(from: 0, to: validationPaths.count, by: batch) {
      let paths = Array(validationPaths[start..<min(start + batch, validationPaths.count)])
      maps += try source.features(of: paths, .serving).map { try $0.get() }
      bar.advance(to: maps.count)
    }
    bar.finish()
    validationFeatures = { [maps] in maps[$0] }
    features = encoder.features
  }
}

extension KarpathyDataset {
  /// The images of a split that has some.
  ///
  /// - Throws: ``DatasetError`` naming the splits that there are.
  func filledImages(of split: String) throws(DatasetError) -> [Image] {
    let images = images(of: split)
    if images.isEmpty {
      throw DatasetError(
        .missing,
        "the data set has no image of split “\(split)”; it has \(splits.joined(separator: ", "))")
    }
    return images
  }
}
