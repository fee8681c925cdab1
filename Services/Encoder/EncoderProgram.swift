public import ArgumentParser
public import Encoders
import Models
import ServiceKit

/// `captionmesh-encoder`: a worker of the second stage.
@main
struct EncoderProgram: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "captionmesh-encoder",
    abstract: "Turn image tensors into feature maps for a mesh.",
    discussion: "Started by `captionmesh mesh up`; starting one more by hand adds a worker.")

  @Option(
    help: "Encoder, by its name in the store; by default that of the model that comes along.")
  var encoder: String?

  @Option(help: "Encoder store; by default ~/.local/share/captionmesh/encoders.")
  var store: String?

  @Option(
    help: ArgumentHelp(
      "Numbers that it multiplies: fp32, bf16, int8 (with weights that `captionmesh encoder "
        + "quantize` made), or auto, the fastest that this processor has and that loses next to "
        + "nothing.", valueName: "precision"))
  var precision = PrecisionChoice.fp32

  @OptionGroup var options: WorkerOptions

  func run() async throws {
    await options.run("encoder") {
      let store = EncoderStore(path: store ?? (encoder == nil ? ShippedModels.folder : nil))
      let encoder = try store.load(
        encoder ?? ShippedModels.defaultEncoderName, precision: precision,
        threadCount: options.threads, maximumBatchSize: options.maxBatch)
      // The first image is not to wait for what a batch needs.
      for size in [1, options.maxBatch] { try encoder.prepare(batchSize: size) }
      return EncoderWorker(encoder: encoder, maximumBatch: options.maxBatch)
    }
  }
}

extension PrecisionChoice: ExpressibleByArgument {}
