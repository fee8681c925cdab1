import Compute
import Encoders
import Imaging
import Synchronization
import Tensor

/// Loading and encoding in this process.
struct FeatureSource: Sendable {
  let encoder: ImageEncoder
  /// Photographs read at the same time.
  let threads: Int

  /// The feature maps of photographs, float16 [cells, channels], in the order of their paths; one
  /// that cannot be read fails alone.
  ///
  /// - Throws: ``EncoderError``.
  func features(
    of paths: [String], _ decoder: ImageDecoder
  ) throws -> [Result<Tensor, any Error>] {
    let images = load(paths, decoder)
    var readable: [Tensor] = []
    for case .success(let image) in images { readable.append(image) }
    if readable.isEmpty { return images }
    let cells = try encoder.encodeCells(Tensor(stacking: readable))
    var next = 0
    return images.map { image in
      image.map { _ in
        defer { next += 1 }
        return cells[next]
      }
    }
  }

  private func load(_ paths: [String], _ decoder: ImageDecoder) -> [Result<Tensor, any Error>] {
    let preprocessing = encoder.preprocessing
    let loaded = Mutex([Int: Result<Tensor, any Error>]())
    Parallel.forEachShard(of: paths.count, threads: min(threads, paths.count)) { range in
      for index in range {
        let outcome = Result<Tensor, any Error> {
          try ImageFile.tensor(paths[index], preprocessing, decoder)
        }
        loaded.withLock { $0[index] = outcome }
      }
    }
    return loaded.withLock { loaded in paths.indices.map { loaded[$0]! } }
  }
}
