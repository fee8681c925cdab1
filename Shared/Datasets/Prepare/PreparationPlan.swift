/// Which images go where, and with which captions.
struct PreparationPlan: Sendable {
  let corpus: CaptionCorpus
  /// For each split its images, as places in the corpus, in their order.
  private(set) var images: [DatasetSplit: [Int]] = [:]
  private(set) var longCaptions = 0
  private(set) var imagesWithoutCaption = 0
  private(set) var imagesOfNoSplit: Int

  private let maximumLength: Int

  init(_ contents: CaptionSource.Contents, maximumLength: Int) {
    corpus = contents.corpus
    self.maximumLength = maximumLength
    imagesOfNoSplit = contents.unlistedImages
    for (index, image) in corpus.images.enumerated() {
      guard let split = image.split else {
        imagesOfNoSplit += 1
        continue
      }
      let usable = captions(ofImage: index)
      longCaptions += image.captions.count - usable.count
      if usable.isEmpty {
        imagesWithoutCaption += 1
      } else {
        images[split, default: []].append(index)
      }
    }
  }

  /// The captions of an image that are short enough.
  func captions(ofImage index: Int) -> [Int32] {
    corpus.images[index].captions.filter { corpus.length($0) <= maximumLength }
  }
}
