import Decoders
import Features
import GRPCCore
import MeshAPI
import ServiceKit
import Tensor
import Vocabulary

/// The third stage: feature maps become captions by beam search.
struct DecoderWorker: StageWorker {
  let checkpoint: Checkpoint
  let decoder: any CaptionDecoder
  let precision: DecoderPrecision
  let maximumBatch: Int
  let name: String

  /// - Parameter name: the checkpoint's, for people.
  init(_ checkpoint: Checkpoint, name: String, precision: DecoderPrecision, maximumBatch: Int) {
    self.name = name
    self.checkpoint = checkpoint
    self.precision = precision.effective
    self.decoder = checkpoint.decoder(precision)
    self.maximumBatch = maximumBatch
  }

  let stage = Stage.decode
  var identity: StageIdentity {
    StageIdentity(
      expects: checkpoint.features.fingerprint,
      hashes: ["checkpoint": checkpoint.hash, "precision": precision.rawValue], name: name)
  }

  func process(_ batch: [StageItem<FeatureGrid>]) async -> [Result<CaptionResult, ItemError>] {
    let features = checkpoint.features
    let shape: Shape = [features.cells, features.channels]
    var results = batch.map { item in
      Result<CaptionResult, ItemError>.failure(
        ItemError(
          .invalidArgument, "a feature map of \(item.input.features.shape), expected \(shape)",
          stage: stage.rawValue))
    }
    // Only searches of the same width and length can share the matrix products.
    let fitting = batch.indices.filter { batch[$0].input.features.shape == shape }
    for (options, members) in Dictionary(grouping: fitting, by: { batch[$0].options }) {
      var search = BeamSearch(width: options.beam, vocabulary: checkpoint.vocabulary)
      if let length = options.maximumLength { search.maximumLength = length }
      // The caption is the same; the others are followed to their ends.
      search.endsWhenDecided = !options.beams
      let captions = search.captions(
        FeatureBatch(members.map { batch[$0].input.features }), with: decoder,
        shouldStop: { !members.contains { batch[$0].isWanted } })
      for (index, caption) in zip(members, captions) {
        results[index] =
          ContinuousClock.now > batch[index].deadline
          ? .failure(
            ItemError(.deadlineExceeded, "decode: the deadline passed on the way", stage: "decode"))
          : .success(result(caption, options, grid: batch[index].input.grid))
      }
    }
    return results
  }

  private func result(
    _ decoded: DecodedCaption, _ options: DecodeOptions, grid: Grid
  ) -> CaptionResult {
    let beam = decoded.best
    let tokens = checkpoint.vocabulary.words(of: beam.words)
    let cells = beam.attention.first?.count ?? 0
    let hasAttention = options.attention && cells > 0
    let attended = checkpoint.attentionGrid
    return CaptionResult(
      caption: tokens.joined(separator: " "), tokens: tokens,
      logProbability: Double(beam.logProbability), finished: beam.finished,
      wordLogProbabilities: beam.wordLogProbabilities.map(Double.init),
      attention: hasAttention
        ? Tensor([tokens.count, cells], beam.attention.flatMap { $0 }) : nil,
      sentinel: hasAttention && !beam.sentinel.isEmpty
        ? Tensor([tokens.count], beam.sentinel) : nil,
      grid: hasAttention ? Grid(rows: attended.rows, columns: attended.columns) : grid,
      beams: options.beams ? decoded.beams.map(hypothesis) : [])
  }

  private func hypothesis(_ beam: DecodedCaption.Beam) -> CaptionBeam {
    CaptionBeam(
      tokens: checkpoint.vocabulary.words(of: beam.words),
      logProbability: Double(beam.logProbability), finished: beam.finished)
  }
}
