import Compute
import Decoders
import Scoring

/// The CIDEr-D of captions against an image's references, and a share of their BLEU-4, as a reward.
/// The end mark counts as a word on both sides, without which captions learn to stop before their
/// end.
struct CaptionReward: Sendable {
  private let cider: CiderD
  private let weighed: [CiderD.References]
  private let references: [[[WordID]]]
  private let bleuWeight: Double

  /// - Parameters:
  ///   - captions: of each image, from `<start>` to `<end>`; document frequencies are theirs.
  ///   - bleuWeight: what a BLEU-4 of 1 counts beside CIDEr-D.
  init(captions: [[[Int32]]], bleuWeight: Double) {
    references = captions.map { $0.map(Self.words) }
    var frequencies = DocumentFrequencies()
    for image in references { frequencies.add(references: image) }
    let cider = CiderD(frequencies: frequencies)
    self.cider = cider
    self.bleuWeight = bleuWeight
    weighed = references.map { cider.references($0) }
  }

  /// The reward of a caption that begins with `<start>`, from 0 to 10 and the BLEU weight.
  func score(_ caption: [Int32], image: Int) -> Double {
    let words = Self.words(caption)
    let cider = cider.score(words, against: weighed[image])
    if bleuWeight == 0 { return cider }
    var statistics = BleuStatistics()
    statistics.add(candidate: words, references: references[image])
    // Smoothed, since single sentences often share no run of four words; it throws for no sentence.
    let bleu = try! statistics.scores(by: .nltk(.addOne))
    return cider + bleuWeight * bleu[3]
  }

  private static func words(_ caption: [Int32]) -> [WordID] {
    caption.dropFirst().map { WordID(Int($0)) }
  }
}

/// Draws captions word by word from a decoder's own distribution.
struct CaptionSampler {
  var start: Int
  var end: Int
  /// Ids that are never drawn.
  var excluded: [Int]
  var maximumLength: Int
  /// What logits are divided by: below 1 the likelier words are drawn more often still.
  var temperature: Double

  /// `count` captions of each image, from `<start>` to, where they end in time, `<end>`.
  func sample(
    _ features: FeatureBatch<Float>, with decoder: any CaptionDecoder, count: Int,
    using generator: inout SplitMix64
  ) -> [[[Int32]]] {
    let rows = features.images * count
    let session = decoder.open(features, rows: rows)
    session.select(parents: (0..<rows).map { $0 / count })
    var captions = [[Int32]](repeating: [Int32(start)], count: rows)
    var live = Array(0..<rows)
    for _ in 0..<maximumLength {
      let logits = session.step(words: live.map { Int(captions[$0].last!) })
      for id in excluded {
        for row in 0..<logits.rows { logits[row, id] = -.infinity }
      }
      logits.scale(by: Float(1 / temperature))
      logits.softmax()
      var survivors: [Int] = []
      for (row, caption) in live.enumerated() {
        let word = logits[rows: row..<row + 1].draw(Float.random(in: 0..<1, using: &generator))
        captions[caption].append(Int32(word))
        if word != end { survivors.append(row) }
      }
      live = survivors.map { live[$0] }
      if live.isEmpty { break }
      session.select(parents: survivors)
    }
    return (0..<features.images).map { Array(captions[$0 * count..<($0 + 1) * count]) }
  }
}

extension Matrix<Float> {
  /// The column at which the running sum of this row's probabilities exceeds `threshold`, in 0..<1;
  /// rounding aside, which the last column with a probability takes.
  func draw(_ threshold: Float) -> Int {
    precondition(rows == 1)
    var sum: Float = 0
    var last = 0
    for column in 0..<columns {
      let probability = self[0, column]
      if probability > 0 { last = column }
      sum += probability
      if sum > threshold { return last }
    }
    return last
  }
}
