import GRPCCore
import MeshAPI
import Scoring
import ServiceKit

/// The scoring stage: hypotheses and references become BLEU, ROUGE-L and CIDEr-D.
struct ScorerWorker: StageWorker {
  let stage = Stage.score
  var identity: StageIdentity { StageIdentity() }
  let maximumBatch = 1

  func process(_ batch: [StageItem<ScoreInput>]) async -> [Result<ScoreReply, ItemError>] {
    batch.map { score($0.input) }
  }

  private func score(_ input: ScoreInput) -> Result<ScoreReply, ItemError> {
    do {
      let definition = try BleuDefinition(
        method: input.options.method.rawValue, smoothing: input.options.smoothing,
        smooth: input.options.smooth)
      let tokenizer = Tokenization(rawValue: input.options.tokenize.rawValue)!
      var accumulator = ScoreAccumulator()
      for (index, item) in input.items.enumerated() {
        guard !item.references.isEmpty else {
          return .failure(
            ItemError(.invalidArgument, "item \(index + 1) has no reference", stage: "score"))
        }
        accumulator.add(
          candidate: tokenizer.words(of: item.candidate),
          references: item.references.map(tokenizer.words))
      }
      let report = try accumulator.report(bleu: definition)
      return .success(
        ScoreReply(
          bleu: report.bleu, rougeL: report.rougeL, cider: report.cider,
          count: report.sentenceCount))
    } catch {
      return .failure(ItemError(.invalidArgument, "\(error)", stage: "score"))
    }
  }
}
