/// What to prepare, and how.
public struct PreparationOptions: Sendable {
  public var source: CaptionSource
  /// Folder of the images; paths in the source are below it.
  public var images: String
  /// Folder for the ten files; made if missing.
  public var output: String
  /// What the files' names begin with; nil for the name in Karpathy's JSON, or `custom`.
  public var name: String?
  /// Captions taken of each image.
  public var captionsPerImage = 5
  /// Words that stand no more often than this become `<unk>`.
  public var minimumWordFrequency = 5
  /// Longer captions are not taken.
  public var maximumLength = 50
  /// Whether images that cannot be read are left out; else the first one stops the preparation.
  public var skipsBadImages = false
  /// Images decoded at the same time.
  public var threads = 1
  /// Images decoded before they are written in their order; nil for 16 a thread.
  var imagesAtATime: Int?
  /// Images between two notes of how far the preparation is.
  var noteInterval = 512

  public init(source: CaptionSource, images: String, output: String) {
    self.source = source
    self.images = images
    self.output = output
  }
}

/// What a preparation says while it runs.
public enum PreparationEvent: Sendable {
  /// An earlier run with the same options was interrupted; its images are kept.
  case resuming(images: Int)
  /// An earlier run with other options or data was interrupted; it is begun anew.
  case startingOver
  /// So many images of the total are in the files.
  case progress(images: Int, total: Int)
  /// An image was left out, and why.
  case badImage(String)
}

/// What a preparation made, and what it left out.
public struct PreparationReport: Sendable {
  public struct Split: Sendable {
    public var split: DatasetSplit
    public var images: Int
    public var captions: Int
  }
  public var files: PreparedFiles
  public var splits: [Split] = []
  /// Words with an id, among them the four special ones.
  public var vocabularyCount = 0
  /// Distinct words of all captions.
  public var distinctWords = 0
  /// Captions longer than the maximum, of images in one of the splits.
  public var longCaptions = 0
  /// Images without a caption that is short enough.
  public var imagesWithoutCaption = 0
  /// Images of no split.
  public var imagesOfNoSplit = 0
  /// Captions without a word.
  public var wordlessCaptions = 0
  /// Images that could not be read.
  public var badImages = 0
}
