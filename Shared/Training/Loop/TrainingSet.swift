public import Vocabulary

/// Captions to learn from, and where the feature maps of their images come from.
public struct TrainingSet {
  /// For each image its captions, from `<start>` to `<end>`.
  public let captions: [[[Int32]]]
  public let source: any TrainingFeatures
  /// Words of the longest caption.
  let longestCaption: Int

  public init(captions: [[[Int32]]], source: any TrainingFeatures) {
    self.captions = captions
    self.source = source
    longestCaption = captions.joined().reduce(1) { max($0, $1.count - 2) }
  }

  /// Turns captions into ids, cutting them to `maximumLength` words.
  public init(
    tokens: [[[String]]], vocabulary: Vocabulary, maximumLength: Int, source: any TrainingFeatures
  ) {
    self.init(
      captions: tokens.map { image in
        image.filter { !$0.isEmpty }.map {
          vocabulary.caption(of: $0, maximumLength: maximumLength)
        }
      }, source: source)
  }
}

extension Vocabulary {
  /// A caption's ids from `<start>` to `<end>`, cut to `maximumLength` words.
  public func caption(of words: [String], maximumLength: Int) -> [Int32] {
    [Int32(start)] + words.prefix(maximumLength).map { Int32(id(of: $0)) } + [Int32(end)]
  }
}
