import Encoders
import Features
import GRPCCore
import MeshAPI
import ServiceKit
import Tensor

/// The second stage: normalised tensors become feature maps.
struct EncoderWorker: StageWorker {
  let encoder: ImageEncoder
  let maximumBatch: Int

  let stage = Stage.encode
  var identity: StageIdentity {
    StageIdentity(
      expects: encoder.features.preprocessing, produces: encoder.features.fingerprint,
      hashes: [
        "weights": encoder.features.weightsHash, "precision": encoder.precision.rawValue,
      ])
  }

  func process(_ batch: [StageItem<ImageTensor>]) async -> [Result<FeatureGrid, ItemError>] {
    let shape = encoder.inputShape
    let fitting = batch.indices.filter { batch[$0].input.tensor.shape == shape }
    var results = batch.map { item in
      Result<FeatureGrid, ItemError>.failure(
        ItemError(
          .invalidArgument, "an image tensor of \(item.input.tensor.shape), expected \(shape)",
          stage: stage.rawValue))
    }
    if fitting.isEmpty { return results }
    do {
      let features = try await encoder.encodeCells(
        ImageTensor.batch(fitting.map { batch[$0].input }))
      let grid = Grid(rows: encoder.features.gridHeight, columns: encoder.features.gridWidth)
      for (row, index) in fitting.enumerated() {
        results[index] = .success(FeatureGrid(features: features[row], grid: grid))
      }
    } catch {
      for index in fitting {
        results[index] = .failure(ItemError(.internalError, "\(error)", stage: stage.rawValue))
      }
    }
    return results
  }
}
