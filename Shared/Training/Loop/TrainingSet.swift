public import Tensor
public import Vocabulary

/// Images to learn from: captions as ids, and a way to get at an image's feature map.
public struct TrainingSet: Sendable {
  /// For each image its captions, from `<start>` to `<end>`.
  public let captions: [[[Int32]]]
  /// The feature map of an image by its index: float16 [cells, channels].
  public let features: @Sendable (Int) throws -> Tensor

  /// Turns captions into ids, cutting them to `maximumLength` words.
  public init(
    tokens: [[[String]]], vocabulary: Vocabulary, maximumLength: Int,
    features: @escaping @Sendable (Int) throws -> Tensor
  ) {
    captions = tokens.map { image in
      image.filter { !$0.isEmpty }.map { words in
        [Int32(vocabulary.start)]
          + words.prefix(maximumLength).map { Int32(vocabulary.id(of: $0)) }
          + [Int32(vocabulary.end)]
      }
    }
    self.features = features
  }
}
