import ArgumentParser
import Compute
import Datasets
import Decoders
import Encoders
import Features
import Tensor
import Training

/// One or several models that caption together, with the encoders that they need: each encoder
/// encodes an image once, whichever members take its features.
struct Ensemble {
  let members: [Checkpoint]
  /// Where the features of each distinct identity come from.
  private let sources: [FeatureProvider]
  /// The source of each member.
  private let memberSources: [Int]
  private let threads: Int
  /// Images searched side by side in one thread, at most.
  private let batchSize: Int

  /// Loads checkpoints and what gives their features: a cache that has them, or the encoder.
  ///
  /// - Throws: ``CheckpointError`` also when vocabularies differ; ``EncoderError``,
  ///   ``DatasetError``.
  init(
    models: [String], caches: [String], store: String?, precision: PrecisionChoice, threads: Int,
    batchSize: Int
  ) throws {
    let caches = try caches.map { (path: $0, cache: try FeatureCache(path: $0)) }
    members = try models.map { try Checkpoint(path: $0) }
    self.threads = threads
    self.batchSize = batchSize
    var identities: [String] = []
    var sources: [FeatureProvider] = []
    var memberSources: [Int] = []
    for (path, member) in zip(models, members) {
      if member.vocabulary != members[0].vocabulary {
        throw CheckpointError(
          .mismatch,
          "\(path): has another vocabulary than \(models[0]); an ensemble's models share one")
      }
      let identity = member.features.fingerprint
      if let known = identities.firstIndex(of: identity) {
        memberSources.append(known)
        continue
      }
      memberSources.append(sources.count)
      identities.append(identity)
      if let match = caches.first(where: { $0.cache.identity.fingerprint == identity }) {
        sources.append(.cache(match.cache))
      } else if !caches.isEmpty {
        throw CheckpointError(
          .mismatch,
          "\(path): takes features of \(member.features), but "
            + caches.map { "\($0.path) holds those of \($0.cache.identity)" }
            .joined(separator: ", "))
      } else {
        let (store, entry) = try EncoderStore(path: store)
          .entry(matching: member.features, beside: path)
        let encoder = try store.load(
          entry.identity.name, precision: precision, threadCount: threads)
        sources.append(.encoder(encoder))
      }
    }
    self.sources = sources
    self.memberSources = memberSources
  }

  /// What gives feature maps of images.
  private enum FeatureProvider {
    case cache(FeatureCache)
    case encoder(ImageEncoder)
  }

  /// Feature maps of images, once for each source: float16 [cells, channels].
  ///
  /// - Throws: the first image's error, since scores over a part would mislead.
  func features(of split: CaptionedSplit, _ images: Range<Int>) throws -> [[Tensor]] {
    try sources.map { source in
      switch source {
      case .cache(let cache):
        return try images.map { image in
          guard let row = cache.row(of: split.names[image]) else {
            throw DatasetError(.mismatch, "the feature cache has no \(split.names[image])")
          }
          return try cache.features(row: row)
        }
      case .encoder(let encoder):
        let reader = ImageReader(split, encoder.preprocessing, threads: threads)
        let batch = ImageReader.batchSize
        return try stride(from: images.lowerBound, to: images.upperBound, by: batch).flatMap {
          let part = ($0..<min($0 + batch, images.upperBound)).map {
            TrainingImage(index: $0, view: 0)
          }
          let cells = try encoder.encodeCells(try reader.read(part))
          return part.indices.map { cells[$0] }
        }
      }
    }
  }

  /// Captions images from what ``features(of:)`` gave, several batches side by side.
  func captions(_ features: [[Tensor]], search: BeamSearch) -> [DecodedCaption] {
    Parallel.setThreadsPerProduct(1)
    let count = features[0].count
    // No thread is to stand idle for the sake of a larger batch.
    let size = min(batchSize, (count + threads - 1) / threads)
    let batches = stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    let decoders = members.map(\.decoder)
    let memberSources = memberSources
    return Parallel.map(batches, threads: threads) { _, images in
      let rows = images.count * search.width
      let batch = features.map { FeatureBatch<Float>(Array($0[images])) }
      let sessions = zip(decoders, memberSources).map { decoder, source in
        decoder.open(batch[source], rows: rows)
      }
      let session = sessions.count == 1 ? sessions[0] : EnsembleSession(sessions)
      return search.captions(images: images.count, session)
    }.flatMap { $0 }
  }
}
