import GRPCCore
import Imaging
import MeshAPI
import MessagePack
import ServiceKit
import Tensor

/// The first stage: a photograph's bytes become a normalised tensor.
struct LoaderWorker: StageWorker {
  let preprocessing: Preprocessing
  /// What each byte of an image becomes.
  let levels: Tensor
  let decoder: ImageDecoder
  /// Photographs decoded at the same time.
  let threads: Int

  init(preprocessing: Preprocessing, detail: ImageDecoder.Detail, threads: Int) {
    self.preprocessing = preprocessing
    levels = preprocessing.normalization.levels
    var decoder = ImageDecoder.serving
    decoder.detail = detail
    self.decoder = decoder
    self.threads = threads
  }

  let stage = Stage.load
  var identity: StageIdentity { StageIdentity(produces: preprocessing.fingerprint) }
  var maximumBatch: Int { threads }

  func process(_ batch: [StageItem<LoadInput>]) async -> [Result<ImageTensor, ItemError>] {
    await withTaskGroup(of: (Int, Result<ImageTensor, ItemError>).self) { group in
      for (index, item) in batch.enumerated() {
        group.addTask { (index, load(item.input)) }
      }
      var results = [Result<ImageTensor, ItemError>?](repeating: nil, count: batch.count)
      for await (index, result) in group { results[index] = result }
      return results.map { $0! }
    }
  }

  private func load(_ input: LoadInput) -> Result<ImageTensor, ItemError> {
    do {
      let planes = try preprocessing.planes(
        from: input.image.bytes, name: input.name, decoder: decoder)
      return .success(ImageTensor(planes, levels: levels))
    } catch {
      return .failure(ItemError(.invalidArgument, error.message, stage: stage.rawValue))
    }
  }
}
