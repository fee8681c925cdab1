public import ArgumentParser
import Compute
public import Decoders
import Models
import ServiceKit

/// `captionmesh-decoder`: a worker of the third stage.
@main
struct DecoderProgram: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "captionmesh-decoder",
    abstract: "Turn feature maps into captions for a mesh.",
    discussion: "Started by `captionmesh mesh up`; starting one more by hand adds a worker.")

  @Option(help: "Checkpoint; by default the one that comes with the program.")
  var model: String?

  @Option(
    help: ArgumentHelp(
      "The numbers that are multiplied: fp32 or, twice as fast where the processor has them, bf16.",
      valueName: "precision"))
  var precision = DecoderPrecision.fp32

  @OptionGroup var options: WorkerOptions

  func run() async throws {
    await options.run("decoder") {
      guard let path = model ?? ShippedModels.path() else {
        throw ValidationError("no model came with this program; name one with --model FILE")
      }
      Parallel.setThreadsPerProduct(options.threads)
      return DecoderWorker(
        try Checkpoint(path: path), name: Self.name(of: path), precision: precision,
        maximumBatch: options.maxBatch)
    }
  }

  /// The file's name without its ending.
  private static func name(of path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    return file.hasSuffix(".safetensors") ? String(file.dropLast(".safetensors".count)) : file
  }
}

extension DecoderPrecision: ExpressibleByArgument {}
