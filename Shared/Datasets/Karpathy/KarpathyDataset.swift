/// Images with captions and their split, as Karpathy's JSON files list them (Karpathy and Fei-Fei
/// 2015) for COCO, Flickr8k and Flickr30k.
public struct KarpathyDataset: Sendable {
  public struct Image: Sendable {
    public var filename: String
    /// COCO's folder, train2014 or val2014, under the image root.
    public var filepath: String?
    public var imgid: Int
    /// COCO's own number of the image.
    public var cocoid: Int?
    public var split: String
    public var sentences: [Sentence]

    /// The path under the image root.
    public var path: String { filepath.map { "\($0)/\(filename)" } ?? filename }
    /// The number by which results name the image.
    public var identifier: Int { cocoid ?? imgid }
  }

  public struct Sentence: Sendable {
    public var tokens: [String]
    public var raw: String
  }

  public var images: [Image]
  /// coco, flickr8k or flickr30k.
  public var dataset: String

  /// - Throws: ``DatasetError``, naming the file and the place where it is wrong.
  public init(path: String) throws(DatasetError) {
    var images: [Image] = []
    dataset = try Self.read(path: path) { images.append($0) }
    self.images = images
  }

  /// The images of a split. `train` includes COCO's `restval`, as is the custom.
  public func images(of split: String) -> [Image] {
    images.filter { $0.split == split || (split == "train" && $0.split == "restval") }
  }

  /// How often each word stands in the captions of a split.
  public func wordCounts(of split: String) -> [String: Int] {
    var counts: [String: Int] = [:]
    for image in images(of: split) {
      for word in image.sentences.lazy.flatMap(\.tokens) { counts[word, default: 0] += 1 }
    }
    return counts
  }

  /// The splits that occur, in order of first appearance.
  public var splits: [String] {
    var seen: [String] = []
    for image in images where !seen.contains(image.split) { seen.append(image.split) }
    return seen
  }
}
