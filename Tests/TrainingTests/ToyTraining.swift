import Compute
import Decoders
import Tensor
import Training
import Vocabulary

/// A data set that a small model learns in seconds: an image's class is one hot in all its cells and
/// decides its captions.
struct ToyTraining {
  static let vocabulary = Vocabulary(
    captions: [["a", "red", "green", "blue", "ball", "cube", "lies", "here", "there"]],
    minimumFrequency: 0)
  static let captions = [
    ["a red ball lies here", "a red ball"], ["a green cube lies there", "a green cube"],
    ["a blue ball lies there", "a blue ball"],
  ]
  static let images = 24
  static let cells = 3

  static func features(_ image: TrainingImage) -> Tensor {
    var generator = SplitMix64(seed: UInt64(image.index))
    return Tensor(
      [cells, 4],
      (0..<cells * 4).map { index in
        let hot = index % 4 == image.index % 3 ? 1.0 : 0
        return Float16(hot + Double.random(in: -0.1...0.1, using: &generator))
      })
  }

  static func set(
    features: @escaping @Sendable (TrainingImage) throws -> Tensor = ToyTraining.features
  ) -> TrainingSet {
    TrainingSet(
      tokens: (0..<images).map { image in
        captions[image % 3].map { $0.split(separator: " ").map(String.init) }
      }, vocabulary: vocabulary, maximumLength: 10,
      source: CachedFeatures(views: 2, read: features))
  }

  static func configuration(
    _ architecture: DecoderConfiguration.Architecture, _ cell: RecurrentCell = .lstm
  ) -> DecoderConfiguration {
    DecoderConfiguration(
      architecture: architecture, cell: cell, featureSize: 4, hiddenSize: 12, embeddingSize: 8,
      attentionSize: 6, vocabularySize: vocabulary.count)
  }

  static var options: TrainingOptions {
    var options = TrainingOptions()
    options.epochs = 3
    options.imagesPerStep = 5
    options.schedule.peak = 0.02
    options.schedule.warmupSteps = 3
    options.averaging = 0.9
    options.scheduledSampling = 0.3
    return options
  }

  static func trainer(
    _ configuration: DecoderConfiguration, _ options: TrainingOptions,
    initial: ParameterSet<Float>? = nil
  ) -> Trainer {
    Trainer(configuration, options, vocabulary: vocabulary, set: set(), initial: initial)
  }
}
