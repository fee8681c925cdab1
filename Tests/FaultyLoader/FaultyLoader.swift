import ArgumentParser
import Encoders
import GRPCCore
import Glibc
import Imaging
import MeshAPI
import MessagePack
import ServiceKit

/// A loader that dies of photographs whose name has "poison" in it, and never ends with those whose
/// name has "hang" in it, while its heartbeats go on. Tests run it in `captionmesh-loader`'s place.
@main
struct FaultyLoader: AsyncParsableCommand {
  @Option var encoder: String
  @Option var store: String
  @OptionGroup var options: WorkerOptions

  func run() async throws {
    await options.run("loader") {
      FaultyWorker(
        preprocessing: try EncoderStore(path: store).entry(encoder).identity.preprocessing,
        maximumBatch: options.maxBatch)
    }
  }
}

private struct FaultyWorker: StageWorker {
  let preprocessing: Preprocessing
  let maximumBatch: Int

  let stage = Stage.load
  var identity: StageIdentity { StageIdentity(produces: preprocessing.fingerprint) }

  func process(_ batch: [StageItem<LoadInput>]) async -> [Result<ImageTensor, ItemError>] {
    batch.map { item in
      if item.input.name.contains("poison") { abort() }
      while item.input.name.contains("hang") { sleep(1) }
      do throws(ImagingError) {
        let tensor = try preprocessing.tensor(
          from: item.input.image.bytes, name: item.input.name, decoder: .serving)
        return .success(ImageTensor(tensor))
      } catch {
        return .failure(ItemError(.invalidArgument, error.message, stage: stage.rawValue))
      }
    }
  }
}
