public import Compute
public import Vocabulary

/// Beam search over a batch of images: at each step every live beam of every image is one row of
/// the same matrix products.
///
/// The rules are the tutorial's: the score is the raw sum of log-probabilities; a beam that ends
/// leaves and its image goes on with one beam fewer; at most ``maximumLength`` words. Where the
/// tutorial crashes because no beam ended, the best unfinished one is returned, marked as such.
/// Equal scores go to the lower word id, then to the better parent.
public struct BeamSearch: Sendable {
  /// Beams an image starts with; 1 decodes greedily.
  public var width: Int
  /// Words a caption may have.
  public var maximumLength: Int
  /// Ids that are never chosen; they keep their probability.
  public var excludedWords: [Int]
  /// α: ended beams are ranked by score / words^α, the end mark counting as a word; 0 ranks by the
  /// raw score, which favours short captions.
  public var lengthNormalization = 0.0
  /// No run of so many words may occur twice in a caption; 0 allows all.
  public var blockedNGram = 0
  /// Whether an image's search ends once no live beam can overtake the best that ended. The caption
  /// is the same either way; without it every beam is followed to its end.
  public var endsWhenDecided = true
  public var start: Int
  public var end: Int

  /// A search with the vocabulary's marks, never choosing `<pad>`, `<start>` or `<unk>`.
  public init(width: Int = 3, maximumLength: Int = 50, vocabulary: Vocabulary) {
    self.init(
      width: width, maximumLength: maximumLength,
      excludedWords: [vocabulary.padding, vocabulary.start, vocabulary.unknown],
      start: vocabulary.start, end: vocabulary.end)
  }

  public init(width: Int, maximumLength: Int, excludedWords: [Int], start: Int, end: Int) {
    precondition(width > 0 && maximumLength > 0)
    self.width = width
    self.maximumLength = maximumLength
    self.excludedWords = excludedWords
    self.start = start
    self.end = end
  }

  /// Captions each image; the result has the images' order.
  ///
  /// - Parameters:
  ///   - features: the images' feature maps.
  ///   - decoder: the model.
  ///   - shouldStop: asked before each step; once it says yes the search ends with what it has.
  public func captions(
    _ features: FeatureBatch<Float>, with decoder: some CaptionDecoder,
    shouldStop: () -> Bool = { false }
  ) -> [DecodedCaption] {
    let session = decoder.open(features, rows: features.images * width)
    return captions(images: features.images, session, shouldStop: shouldStop)
  }

  /// Captions each of the images that a session was opened with, for `images` × ``width`` rows.
  public func captions(
    images: Int, _ session: any DecodingSession, shouldStop: () -> Bool = { false }
  ) -> [DecodedCaption] {
    var searches = (0..<images).map { _ in ImageSearch(self) }
    for _ in 0..<maximumLength {
      let words = searches.flatMap { $0.liveWords }
      if words.isEmpty || shouldStop() { break }
      let logits = session.step(words: words)
      let logSums = logits.logSumExp()
      let (attention, sentinel) = (session.attention, session.sentinel)

      var row = 0
      var parents: [Int] = []
      for index in searches.indices where !searches[index].live.isEmpty {
        let rows = row..<row + searches[index].live.count
        row = rows.upperBound
        let chosen = choose(from: logits[rows: rows], logSums[rows], searches[index])
        let survivors = searches[index].extend(
          chosen, attention: attention[rows: rows], sentinel: sentinel?[rows: rows])
        parents += survivors.map { rows.lowerBound + $0 }
      }
      session.select(parents: parents)
    }
    return searches.map { $0.result() }
  }

  /// The best continuations of an image's beams, best first.
  ///
  /// - Parameter logSums: what each beam's logits exceed the log-probabilities by.
  private func choose(
    from logits: Matrix<Float>, _ logSums: ArraySlice<Float>, _ search: ImageSearch
  ) -> [ImageSearch.Continuation] {
    for beam in 0..<logits.rows {
      for id in excludedWords { logits[beam, id] = -.infinity }
      for id in search.wordsThatRepeat(blockedNGram, beam: beam) { logits[beam, id] = -.infinity }
    }
    let (scores, count) = (search.liveScores, search.places)
    var best: [ImageSearch.Continuation] = []
    for (beam, logSum) in logSums.enumerated() {
      for (logit, word) in logits[rows: beam..<beam + 1].largest(count) where logit > -.infinity {
        best.append(.init(beam: beam, word: word, score: scores[beam] + (logit - logSum)))
      }
    }
    best.sort {
      ($1.score, $0.word, $0.beam) < ($0.score, $1.word, $1.beam)
    }
    return Array(best.prefix(count))
  }
}
