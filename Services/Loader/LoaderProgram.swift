import ArgumentParser
import Encoders
import Imaging
import Models
import ServiceKit

/// `captionmesh-loader`: a worker of the first stage.
@main
struct LoaderProgram: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "captionmesh-loader",
    abstract: "Turn photographs into normalised tensors for a mesh.",
    discussion: "Started by `captionmesh mesh up`; starting one more by hand adds a worker.")

  @Option(
    help: """
      Encoder to prepare photographs for, by its name in the store; by default that of the model \
      that comes along.
      """)
  var encoder: String?

  @Option(help: "Encoder store; by default ~/.local/share/captionmesh/encoders.")
  var store: String?

  @Option(
    help: "Preprocessing, such as rgb-256x256-pillow-bilinear-tf, in place of an encoder's.")
  var preprocessing: String?

  @Flag(
    help: """
      Decode JPEG photographs of more than twice the encoder's size at a half, a quarter or an \
      eighth: faster, but not byte for byte as Pillow does.
      """)
  var fastDecode = false

  @OptionGroup var options: WorkerOptions

  func run() async throws {
    await options.run("loader") {
      LoaderWorker(
        preprocessing: try chosenPreprocessing, detail: fastDecode ? .enough : .full,
        threads: options.threads)
    }
  }

  private var chosenPreprocessing: Preprocessing {
    get throws {
      guard let preprocessing else {
        let store = EncoderStore(path: store ?? (encoder == nil ? ShippedModels.folder : nil))
        return try store.entry(encoder ?? ShippedModels.defaultEncoderName).identity.preprocessing
      }
      guard let chosen = Preprocessing(fingerprint: preprocessing) else {
        throw ValidationError("--preprocessing \(preprocessing) is none")
      }
      return chosen
    }
  }
}
