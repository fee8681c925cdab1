import ArgumentParser
import Encoders
import FoundationEssentials
import Models

/// What a command needs to caption by itself.
struct LocalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Checkpoint to use; by default the one that comes with the program. Where a command takes "
        + "several, repeat it.", valueName: "file"))
  var model: [String] = []

  @Option(help: "Encoder store; by default ~/.local/share/captionmesh/encoders.")
  var store: String?

  @OptionGroup var precisionOption: PrecisionOption

  @Option(help: "Threads; by default one for each processor.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  var precision: PrecisionChoice { precisionOption.precision }

  /// The checkpoint's path, where there can be but one.
  var modelPath: String {
    get throws {
      let paths = try modelPaths
      guard paths.count == 1 else {
        throw ValidationError("--model is given \(paths.count) times; one is taken here")
      }
      return paths[0]
    }
  }

  /// The checkpoints' paths, at least one.
  var modelPaths: [String] {
    get throws {
      if !model.isEmpty { return model }
      guard let path = ShippedModels.path() else {
        throw ValidationError(
          "no model came with this program; name one with --model FILE, or the folder of the "
            + "models in CAPTIONMESH_MODELS")
      }
      return [path]
    }
  }

  func validate() throws {
    guard threads > 0 else { throw ValidationError("--threads starts at 1") }
  }
}
