import Compute
import Glibc

/// The beams of one image: a tree whose leaves are the live beams.
struct ImageSearch {
  /// One way to go on: word `word` after the live beam `beam`.
  struct Continuation {
    var beam: Int
    var word: Int
    var score: Float
  }

  private struct Node {
    /// nil at the root, where the start mark is fed.
    var word: Int?
    var parent: Int?
    var score: Float
    /// Where the decoder looked when it chose the word.
    var attention: [Float]
    /// The weight of the visual sentinel, for a decoder that has one.
    var sentinel: Float?
  }

  /// The leaves that go on, best first.
  private(set) var live = [0]
  private var nodes = [Node(word: nil, parent: nil, score: 0, attention: [])]
  private var ended: [Int] = []
  private let rules: BeamSearch

  init(_ rules: BeamSearch) { self.rules = rules }

  var liveScores: [Float] { live.map { nodes[$0].score } }

  /// What is fed to the decoder for each live beam.
  var liveWords: [Int] { live.map { nodes[$0].word ?? rules.start } }

  /// Beams to choose next: as many as are live, but all of them from the start mark.
  var places: Int { nodes.count == 1 ? rules.width : live.count }

  /// Adds the chosen words; returns which former beam each surviving one continues.
  mutating func extend(
    _ chosen: [Continuation], attention: Matrix<Float>, sentinel: Matrix<Float>?
  ) -> [Int] {
    var next: [Int] = []
    var survivors: [Int] = []
    for continuation in chosen {
      nodes.append(
        Node(
          word: continuation.word, parent: live[continuation.beam], score: continuation.score,
          attention: attention[rows: continuation.beam..<continuation.beam + 1].elements,
          sentinel: sentinel?[continuation.beam, 0]))
      if continuation.word == rules.end {
        ended.append(nodes.count - 1)
      } else {
        next.append(nodes.count - 1)
        survivors.append(continuation.beam)
      }
    }
    live = next
    if rules.endsWhenDecided && isDecided {
      live = []
      survivors = []
    }
    return survivors
  }

  /// Whether no live beam can overtake the best that ended. A score only falls, and no more than
  /// the longest caption's words divide it.
  private var isDecided: Bool {
    guard let best = ended.map(rank).max(), let hope = liveScores.max() else { return false }
    return rank(hope, words: rules.maximumLength) <= best
  }

  /// The words that would complete a run of `count` words that a live beam has already; none where
  /// `count` is 0.
  func wordsThatRepeat(_ count: Int, beam: Int) -> [Int] {
    if count == 0 { return [] }
    let words = path(to: live[beam]).map { $0.word! }
    if words.count < count { return [] }
    let tail = words.suffix(count - 1)
    return (0...words.count - count).compactMap { start in
      words[start..<start + count - 1].elementsEqual(tail) ? words[start + count - 1] : nil
    }
  }

  /// The best ended beam, or the best live one if none ended, and all beams, best first.
  func result() -> DecodedCaption {
    func best(_ leaves: [Int]) -> [Int] {
      leaves.map { (leaf: $0, rank: rank($0)) }.enumerated().sorted {
        ($1.element.rank, $0.offset) < ($0.element.rank, $1.offset)
      }.map(\.element.leaf)
    }
    let ranked = best(ended) + best(live)
    let beams = ranked.prefix(rules.width).map {
      beam(endingAt: $0, finished: ended.contains($0))
    }
    return DecodedCaption(beams: Array(beams))
  }

  private func rank(_ leaf: Int) -> Float {
    rank(nodes[leaf].score, words: rules.lengthNormalization == 0 ? 1 : path(to: leaf).count)
  }

  private func rank(_ score: Float, words: Int) -> Float {
    score / Float(pow(Double(words), rules.lengthNormalization))
  }

  private func beam(endingAt leaf: Int, finished: Bool) -> DecodedCaption.Beam {
    var path = path(to: leaf)
    if finished { path.removeLast() }
    let scores = path.map(\.score)
    return DecodedCaption.Beam(
      words: path.map { $0.word! }, logProbability: nodes[leaf].score,
      wordLogProbabilities: zip(scores, [0] + scores).map { $0 - $1 }, finished: finished,
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
