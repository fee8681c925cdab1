import Compute
import Decoders
import Encoders
import FoundationEssentials
import Imaging
import Models
import Tensor

/// The mesh's three stages in one process: for a single photograph, for evaluation without a mesh,
/// and as the measure of what the mesh adds.
struct LocalCaptioner: Sendable {
  let checkpoint: Checkpoint
  private let source: FeatureSource
  private let decoder: any CaptionDecoder

  /// Loads a checkpoint and the encoder that it was trained on.
  ///
  /// - Throws: ``CheckpointError``, ``EncoderError``.
  init(_ options: LocalOptions) throws {
    try self.init(
      model: options.modelPath, store: options.store, precision: options.precision,
      threads: options.threads)
  }

  /// Loads the checkpoint of that path and the encoder that it was trained on.
  ///
  /// - Throws: ``CheckpointError``, ``EncoderError``.
  init(
    model: String, store: String?, precision: PrecisionChoice = .fp32, threads: Int
  ) throws {
    checkpoint = try Checkpoint(path: model)
    decoder = checkpoint.decoder
    let (store, entry) = try EncoderStore(path: store)
      .entry(matching: checkpoint.features, beside: model)
    source = FeatureSource(
      encoder: try store.load(
        entry.identity.name, precision: precision, threadCount: threads), threads: threads)
  }

  /// A photograph's outcome.
  typealias Outcome = Result<DecodedCaption, any Error>

  /// Captions photographs, `batchSize` at a time; each outcome has its path's place.
  func captions(
    _ paths: [String], orientation: ImageDecoder = .serving, search: BeamSearch,
    batchSize: Int = 8, progress: (Int) -> Void = { _ in }
  ) throws -> [Outcome] {
    var outcomes: [Outcome] = []
    for start in stride(from: 0, to: paths.count, by: batchSize) {
      let batch = Array(paths[start..<min(start + batchSize, paths.count)])
      outcomes += try captionBatch(batch, orientation, search)
      progress(batch.count)
    }
    return outcomes
  }

  private func captionBatch(
    _ paths: [String], _ decoder: ImageDecoder, _ search: BeamSearch
  ) throws -> [Outcome] {
    let maps = try source.features(of: paths, decoder)
    var found: [Tensor] = []
    for case .success(let map) in maps { found.append(map) }
    var captions = decode(found, search)[...]
    return maps.map { map in map.map { _ in captions.removeFirst() } }
  }

  /// Searches for the captions of feature maps, an even part of them in each thread.
  private func decode(_ maps: [Tensor], _ search: BeamSearch) -> [DecodedCaption] {
    Parallel.setThreadsPerProduct(1)
    let shares = min(source.threads, maps.count)
    let parts = (0..<shares).map {
      Array(maps[maps.count * $0 / shares..<maps.count * ($0 + 1) / shares])
    }
    let decoder = decoder
    return Parallel.map(parts) { (_, part: [Tensor]) -> [DecodedCaption] in
      let features = FeatureBatch(part)
      return search.captions(features, with: decoder)
    }.flatMap { $0 }
  }
}
