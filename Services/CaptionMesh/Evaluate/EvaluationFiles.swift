import Datasets
import Decoders
import FoundationEssentials
import Scoring
import Vocabulary

/// `test.json` and `test-captions.json` (or another split's), which `captionmesh report` reads.
struct EvaluationFiles {
  let folder: String
  let split: String

  /// The scores of one search.
  struct Beam: Encodable {
    var beam: Int
    var bleu: [Double]
    var bleuNltk: [Double]
    var rougeL: Double
    var cider: Double
    var seconds: Double
    var meanLength: Double
    var unfinished: Int

    init(_ outcome: LocalEvaluation.Outcome) throws {
      let report = try outcome.accumulator.report()
      beam = outcome.search.width
      bleu = report.bleu
      bleuNltk = try outcome.accumulator.report(bleu: .nltk(.none)).bleu
      rougeL = report.rougeL
      cider = report.cider
      seconds = outcome.seconds
      let words = outcome.captions.reduce(0) { $0 + $1.best.words.count }
      meanLength = Double(words) / Double(outcome.captions.count)
      unfinished = outcome.captions.count { !$0.best.finished }
    }
  }

  struct Summary: Encodable {
    var split: String
    var images: Int
    var encodingSeconds: Double
    var lengthNormalization: Double
    var blockedNgram: Int
    var beams: [Beam]
    /// The models of an ensemble.
    var members: [String]?
  }

  private struct Caption: Encodable {
    var image: String
    var caption: String
    var logProbability: Double
    var bleu4: Double
    var cider: Double
    var referenceLength: Double
    /// Not known where the data have no training split.
    var rareWords: Int?
  }

  /// Words seen fewer times in the training captions are rare.
  static let rareBelow = 20

  func write(_ summary: Summary) throws {
    try write(summary, to: "\(folder)/\(split).json", pretty: true)
  }

  /// Writes each image's caption with its own scores and what kind of image it is.
  func write(
    _ outcome: LocalEvaluation.Outcome, _ split: CaptionedSplit, vocabulary: Vocabulary,
    trainingCounts: [String: Int]?
  ) throws {
    let scores = try outcome.accumulator.sentenceScores()
    let entries = split.names.indices.map { index in
      let best = outcome.captions[index].best
      let references = split.words[index]
      let words = references.reduce(0) { $0 + $1.count }
      return Caption(
        image: split.names[index],
        caption: vocabulary.words(of: best.words).joined(separator: " "),
        logProbability: Double(best.logProbability).rounded(5),
        bleu4: scores[index].bleu[3].rounded(5), cider: scores[index].cider.rounded(5),
        referenceLength: (Double(words) / Double(references.count)).rounded(2),
        rareWords: trainingCounts.map { counts in
          Set(references.joined()).count { counts[$0, default: 0] < Self.rareBelow }
        })
    }
    try write(entries, to: "\(folder)/\(self.split)-captions.json", pretty: false)
  }

  private func write(_ value: some Encodable, to path: String, pretty: Bool) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting =
      pretty
      ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      : [.sortedKeys, .withoutEscapingSlashes]
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      try (encoder.encode(value) + Data("\n".utf8)).write(
        to: URL(filePath: path), options: .atomic)
    } catch {
      throw DatasetError(.unwritable, "\(path): cannot be written; is there room and permission?")
    }
  }
}
