import ArgumentParser
import Decoders
import Features
import GRPCCore
import Imaging
import MeshAPI
import MessagePack
import Vocabulary

/// `captionmesh caption`.
struct CaptionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "caption",
    abstract: "Caption one image.",
    discussion: """
      Asks the mesh, or with --local does everything in this process.

      Examples:
        captionmesh caption dog.jpg
        captionmesh caption dog.jpg --local --model run1/best.safetensors
      """)

  @Argument(help: "JPEG or PNG file.")
  var image: String

  @Flag(help: "Caption in this process, without a mesh.")
  var local = false

  @Flag(help: "Print a JSON object as `captionmesh stream` does.")
  var json = false

  @Option(help: "Beams of the search; 1 is greedy.")
  var beam = 3

  @Option(help: "Seconds that the mesh may take.")
  var timeout = 60

  @OptionGroup(title: "With a mesh") var meshOptions: MeshOptions
  @OptionGroup(title: "Without a mesh") var localOptions: LocalOptions

  func validate() throws {
    guard DecodeOptions.beams.contains(beam) else {
      throw ValidationError("--beam \(beam) is not in \(DecodeOptions.beams)")
    }
    guard timeout > 0 else { throw ValidationError("--timeout starts at 1 second") }
  }

  func run() async throws {
    let result = local ? try captionLocally() : try await captionByMesh()
    ReplyPrinter(json: json).print(image, result)
  }

  private func captionByMesh() async throws -> CaptionReply {
    let request = CaptionRequest(
      id: "0", image: MessageBytes(try ImageFile.read(image)), name: image,
      options: DecodeOptions(beam: beam))
    var options = CallOptions.defaults
    options.timeout = .seconds(timeout)
    return try await meshOptions.withClient { [options] client in
      try await Captioner.Client(client).caption(request, options: options)
    }
  }

  private func captionLocally() throws -> CaptionReply {
    let captioner = try LocalCaptioner(localOptions)
    let search = BeamSearch(width: beam, vocabulary: captioner.checkpoint.vocabulary)
    let best = try captioner.captions([image], search: search)[0].get().best
    let tokens = captioner.checkpoint.vocabulary.words(of: best.words)
    let features = captioner.checkpoint.features
    let result = CaptionResult(
      caption: tokens.joined(separator: " "), tokens: tokens,
      logProbability: Double(best.logProbability), finished: best.finished,
      grid: Grid(rows: features.gridHeight, columns: features.gridWidth))
    return CaptionReply(id: "0", result: .success(result), attempts: 1)
  }
}
