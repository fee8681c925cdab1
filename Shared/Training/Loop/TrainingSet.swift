public import Tensor
public import Vocabulary

/// Images to learn from: captions as ids, and a way to get at an image's feature maps.
public struct TrainingSet: Sendable {
  /// For each image its captions, from `<start>` to `<end>`.
  public let captions: [[[Int32]]]
  /// How many feature maps an image has: 1, or 2 with that of its mirror image.
  public let views: Int
  /// A feature map of an image by its index and view: float16 [cells, channels].
  public let features: @Sendable (_ image: Int, _ view: Int) throws -> Tensor

  /// Turns captions into ids, cutting them to `maximumLength` words.
  public init(
    tokens: [[[String]]], vocabulary: Vocabulary, maximumLength: Int, views: Int = 1,
    features: @escaping @Sendable (_ image: Int, _ view: Int) throws -> Tensor
  ) {
    self.views = views
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
