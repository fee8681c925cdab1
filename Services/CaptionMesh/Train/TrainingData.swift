import Datasets
import Features
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
  var validationFeatures: @Sendable (Int) throws -> Tensor

  /// Captions of a Karpathy JSON and the features of a cache.
  ///
  /// - Parameter vocabulary: that of a model to go on from; nil makes one from the training split.
  /// - Throws: ``DatasetError`` when they do not belong together.
  init(
    karpathy path: String, cache: FeatureCache, vocabulary: Vocabulary?, minWordFrequency: Int,
    maxLength: Int
  ) throws {
    let dataset = try KarpathyDataset(path: path)
    let train = try CaptionedImages(dataset, split: "train", cache: cache)
    let validation = try CaptionedImages(dataset, split: "val", cache: cache)
    let vocabulary =
      vocabulary
      ?? Vocabulary(captions: train.tokens.joined(), minimumFrequency: minWordFrequency)
    name = dataset.dataset
    self.vocabulary = vocabulary
    features = cache.identity
    self.train = TrainingSet(
      tokens: train.tokens, vocabulary: vocabulary, maximumLength: maxLength,
      source: CachedFeatures(views: train.views) { try train.features($0.index, $0.view) })
    validationWords = validation.tokens
    validationCaptions = validation.tokens.map { captions in
      captions.filter { !$0.isEmpty }.map { vocabulary.caption(of: $0, maximumLength: maxLength) }
    }
    validationFeatures = { try validation.features($0, 0) }
  }
}
