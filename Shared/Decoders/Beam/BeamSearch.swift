public import Compute
import Glibc
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
  /// - Parameter shouldStop: asked before each step; once it says yes the search ends with what it
  ///   has.
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
    var searches = (0..<images).map { _ in ImageSearch(width: width) }
    for step in 0..<maximumLength {
      let words = searches.flatMap { search in search.live.map { search.nodes[$0].word ?? start } }
      if words.isEmpty || shouldStop() { break }
      let logProbabilities = session.step(words: words)
      logProbabilities.logSoftmax()
      let (attention, sentinel) = (session.attention, session.sentinel)

      var row = 0
      var parents: [Int] = []
      for index in searches.indices {
        let rows = row..<row + searches[index].live.count
        row = rows.upperBound
        let chosen = choose(
          from: logProbabilities[rows: rows], searches[index],
          count: step == 0 ? width : rows.count)
        let survivors = searches[index].extend(
          chosen, attention: attention[rows: rows], sentinel: sentinel?[rows: rows], end: end)
        parents += survivors.map { rows.lowerBound + $0 }
      }
      session.select(parents: parents)
    }
    return searches.map { $0.result(lengthNormalization: lengthNormalization) }
  }

  /// The best continuations of an image's beams, best first.
  private func choose(
    from logProbabilities: Matrix<Float>, _ search: ImageSearch, count: Int
  ) -> [Continuation] {
    let scores = search.liveScores
    for id in excludedWords {
      for beam in 0..<logProbabilities.rows { logProbabilities[beam, id] = -.infinity }
    }
    if blockedNGram > 0 {
      for beam in 0..<logProbabilities.rows {
        for id in search.wordsThatRepeat(blockedNGram, beam: beam) {
          logProbabilities[beam, id] = -.infinity
        }
      }
    }
    var best: [Continuation] = []
    for beam in 0..<logProbabilities.rows {
      for (score, word) in logProbabilities[rows: beam..<beam + 1].largest(count) {
        best.append(Continuation(beam: beam, word: word, score: scores[beam] + score))
      }
    }
    best.sort {
      ($1.score, $0.word, $0.beam) < ($0.score, $1.word, $1.beam)
    }
    return Array(best.prefix(count).filter { $0.score > -.infinity })
  }
}

/// One way to go on: word `word` after the image's live beam `beam`.
struct Continuation {
  var beam: Int
  var word: Int
  var score: Float
}

/// The beams of one image: a tree whose leaves are the live beams.
struct ImageSearch {
  struct Node {
    /// nil at the root, where the start mark is fed.
    var word: Int?
    var parent: Int?
    var score: Float
    /// Where the decoder looked when it chose the word.
    var attention: [Float]
    /// The weight of the visual sentinel, for a decoder that has one.
    var sentinel: Float?
  }

  private(set) var nodes = [Node(word: nil, parent: nil, score: 0, attention: [])]
  private(set) var live = [0]
  private var ended: [Int] = []
  private let width: Int

  init(width: Int) { self.width = width }

  var liveScores: [Float] { live.map { nodes[$0].score } }

  /// Adds the chosen words; returns which former beam each surviving one continues.
  mutating func extend(
    _ chosen: [Continuation], attention: Matrix<Float>, sentinel: Matrix<Float>?, end: Int
  ) -> [Int] {
    var next: [Int] = []
    var survivors: [Int] = []
    for continuation in chosen {
      nodes.append(
        Node(
          word: continuation.word, parent: live[continuation.beam], score: continuation.score,
          attention: attention[rows: continuation.beam..<continuation.beam + 1].elements,
          sentinel: sentinel?[continuation.beam, 0]))
      if continuation.word == end {
        ended.append(nodes.count - 1)
      } else {
        next.append(nodes.count - 1)
        survivors.append(continuation.beam)
      }
    }
    live = next
    return survivors
  }

  /// The words that would complete a run of `count` words that a live beam has already.
  func wordsThatRepeat(_ count: Int, beam: Int) -> [Int] {
    let words = path(to: live[beam]).map { $0.word! }
    if words.count < count { return [] }
    let tail = words.suffix(count - 1)
    return (0...words.count - count).compactMap { start in
      words[start..<start + count - 1].elementsEqual(tail) ? words[start + count - 1] : nil
    }
  }

  /// The best ended beam, or the best live one if none ended, and all beams, best first.
  func result(lengthNormalization: Double) -> DecodedCaption {
    func rank(_ leaf: Int) -> Float {
      if lengthNormalization == 0 { return nodes[leaf].score }
      return nodes[leaf].score / Float(pow(Double(path(to: leaf).count), lengthNormalization))
    }
    func best(_ leaves: [Int]) -> [Int] {
      leaves.map { (leaf: $0, rank: rank($0)) }.enumerated().sorted {
        ($1.element.rank, $0.offset) < ($0.element.rank, $1.offset)
      }.map(\.element.leaf)
    }
    let ranked = best(ended) + best(live)
    let beams = ranked.prefix(width).map { beam(endingAt: $0, finished: ended.contains($0)) }
    return DecodedCaption(beams: Array(beams))
  }

  private func beam(endingAt leaf: Int, finished: Bool) -> DecodedCaption.Beam {
    var path = path(to: leaf)
    if finished { path.removeLast() }
    return DecodedCaption.Beam(
      words: path.map { $0.word! }, logProbability: nodes[leaf].score, finished: finished,
      attention: path.map(\.attention), sentinel: path.compactMap(\.sentinel))
  }

  /// The nodes from the first word to a leaf.
  private func path(to leaf: Int) -> [Node] {
    var path: [Node] = []
    var index: Int? = leaf
    while let current = index, nodes[current].parent != nil {
      path.append(nodes[current])
      index = nodes[current].parent
    }
    path.reverse()
    return path
  }
}
