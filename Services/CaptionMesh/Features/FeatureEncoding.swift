import Compute
import Encoders
import Features
import GRPCCore
import MeshAPI
import Synchronization
import Tensor
import ZeroMQTransport

/// Who encodes images for a cache.
protocol FeatureEncoding: Sendable {
  /// The feature maps of some rows, float16 [cells, channels], in their order.
  ///
  /// - Throws: what is wrong with an image or with the encoder.
  func features(_ images: ImageRows, _ rows: Range<Int>) async throws -> [Tensor]
}

/// An encoder in this process.
struct LocalEncoding: FeatureEncoding {
  let encoder: ImageEncoder
  /// Images read at the same time.
  let threads: Int

  func features(_ images: ImageRows, _ rows: Range<Int>) async throws -> [Tensor] {
    let preprocessing = encoder.preprocessing
    let loaded = Mutex([Int: Result<Tensor, any Error>]())
    Parallel.forEachShard(of: rows.count, threads: min(threads, rows.count)) { part in
      for place in part {
        let row = rows.lowerBound + place
        let image = Result { try images.tensor(row, preprocessing) }
        loaded.withLock { $0[row] = image }
      }
    }
    let tensors = try loaded.withLock { loaded in try rows.map { try loaded[$0]!.get() } }
    let cells = try await encoder.encodeCells(Tensor(stacking: tensors))
    return rows.indices.map { cells[$0 - rows.lowerBound] }
  }
}

/// The encoders of a mesh.
struct MeshEncoding: FeatureEncoding {
  let client: FeatureExtractor.Client<ZeroMQClientTransport>
  let encoder: StoredEncoder

  func features(_ images: ImageRows, _ rows: Range<Int>) async throws -> [Tensor] {
    try await withThrowingTaskGroup(of: (Int, Tensor).self) { group in
      for row in rows { group.addTask { (row, try await features(images, row)) } }
      var maps: [Int: Tensor] = [:]
      for try await (row, map) in group { maps[row] = map }
      return rows.map { maps[$0]! }
    }
  }

  private func features(_ images: ImageRows, _ row: Int) async throws -> Tensor {
    let identity = encoder.identity
    let request = EncodeRequest(
      image: try images.tensor(row, identity.preprocessing),
      features: identity.features.fingerprint, name: images.names[row])
    while true {
      do {
        let reply = try await client.encode(request)
        guard reply.features.shape == [identity.features.cells, identity.features.channels] else {
          throw RPCError(
            code: .internalError,
            message: "\(request.name): the mesh gave features of \(reply.features.shape)")
        }
        return reply.features
      } catch let error as RPCError where error.code == .resourceExhausted {
        // The mesh is full of others' work.
        try await Task.sleep(for: .milliseconds(200))
      }
    }
  }
}
