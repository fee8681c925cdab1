import Datasets
import Decoders
import Scoring
import Vocabulary

/// Captions a split in this process, by one or several searches over the same features, and scores
/// each.
struct LocalEvaluation {
  let ensemble: Ensemble
  let searches: [BeamSearch]

  /// Images whose features are held at a time.
  private static let chunkSize = 200

  /// What one search found.
  struct Outcome {
    let search: BeamSearch
    var captions: [DecodedCaption] = []
    var accumulator = ScoreAccumulator()
    /// Seconds of decoding, encoding apart.
    var seconds = 0.0
  }

  /// The outcomes of all searches, and the seconds that encoding took.
  func run(
    _ split: CaptionedSplit, progress: (Int) -> Void
  ) throws -> (outcomes: [Outcome], encodingSeconds: Double) {
    let vocabulary = ensemble.members[0].vocabulary
    let clock = ContinuousClock()
    var outcomes = searches.map { Outcome(search: $0) }
    var encoding = Duration.zero
    for start in stride(from: 0, to: split.count, by: Self.chunkSize) {
      let range = start..<min(start + Self.chunkSize, split.count)
      let begin = clock.now
      let features = try ensemble.features(of: split, range)
      encoding += clock.now - begin
      for index in outcomes.indices {
        let begin = clock.now
        let captions = ensemble.captions(features, search: outcomes[index].search)
        outcomes[index].seconds += (clock.now - begin) / .seconds(1)
        outcomes[index].captions += captions
        for (caption, image) in zip(captions, range) {
          outcomes[index].accumulator.add(
            candidate: vocabulary.words(of: caption.best.words), references: split.words[image])
        }
      }
      progress(range.count)
    }
    return (outcomes, encoding / .seconds(1))
  }
}
