import ArgumentParser
import Decoders
import FoundationEssentials
import GRPCCore
import Imaging
import MeshAPI
import MessagePack
import Reporting
import Vocabulary

/// `captionmesh caption`.
struct CaptionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "caption",
    abstract: "Caption one image, and show where the model looked.",
    discussion: """
      Asks the mesh, or with --local or --model does everything in this process.

      --attention shows the photograph once a word with where the model looked when it chose the \
      word: as a picture (.png), or as a page that stands alone in one file (.html), in which \
      pointing at a word shows its map.

      Examples:
        captionmesh caption dog.jpg
        captionmesh caption dog.jpg --attention dog.html
        captionmesh caption dog.jpg --model run1/best.safetensors --attention dog.png
        captionmesh caption dog.jpg --compare --model run1/best.safetensors \\
          --model run2/best.safetensors --attention dog.html
      """)

  @Argument(help: "JPEG or PNG file.", completion: .file(extensions: ["jpg", "jpeg", "png"]))
  var image: String

  @Flag(help: "Caption in this process, without a mesh.")
  var local = false

  @Flag(help: "Set the captions of several --model side by side, in this process.")
  var compare = false

  @Option(
    help: ArgumentHelp(
      "Where to show what the model looked at: a file that ends in .png or .html.",
      valueName: "file"))
  var attention: AttentionFile?

  @Flag(help: "Print a JSON object a model as `captionmesh stream` does.")
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
    guard compare == (localOptions.model.count > 1) else {
      throw ValidationError("--compare and two or more --model FILE go together")
    }
  }

  func run() async throws {
    if let attention { try OutputPlace.check(attention.path) }
    let isLocal = local || !localOptions.model.isEmpty
    let answers = isLocal ? try captionLocally() : [try await captionByMesh()]
    if compare && !json {
      print(ComparisonTable.text(answers.map(\.caption)))
    } else {
      for answer in answers {
        ReplyPrinter(json: json).print(
          image, answer.reply, model: compare ? answer.caption.model : nil)
      }
    }
    guard let attention else { return }
    let bytes = try ImageFile.read(image)
    let photograph = CaptionedPhotograph(
      name: image.split(separator: "/").last.map(String.init) ?? image,
      image: try unsafe ImageDecoder.serving.decode(bytes.span.bytes, name: image),
      captions: answers.map(\.caption))
    try attention.write(photograph)
  }

  /// What a model said: for programs, and for pictures.
  private typealias Answer = (reply: CaptionReply, caption: ModelCaption)

  private func captionByMesh() async throws -> Answer {
    let request = CaptionRequest(
      id: "0", image: MessageBytes(try ImageFile.read(image)), name: image,
      options: DecodeOptions(beam: beam, attention: attention != nil))
    var options = CallOptions.defaults
    options.timeout = .seconds(timeout)
    let reply = try await meshOptions.withClient { [options] client in
      try await Captioner.Client(client).caption(
        request, metadata: MeshOptions.metadata, options: options)
    }
    return (reply, ModelCaption(try reply.result.get(), model: "the mesh’s model"))
  }

  private func captionLocally() throws -> [Answer] {
    let paths = compare ? localOptions.model : [try localOptions.modelPath]
    return try zip(paths, ModelName.names(of: paths)).map { path, name in
      let captioner = try LocalCaptioner(
        model: path, store: localOptions.store, precision: localOptions.precision,
        threads: localOptions.threads)
      let search = BeamSearch(width: beam, vocabulary: captioner.checkpoint.vocabulary)
      let best = try captioner.captions([image], search: search)[0].get().best
      let caption = ModelCaption(best, of: captioner.checkpoint, model: name)
      let result = CaptionResult(
        caption: caption.sentence, tokens: caption.words.map(\.text),
        logProbability: caption.logProbability, finished: best.finished,
        grid: Grid(rows: caption.rows, columns: caption.columns))
      return (CaptionReply(id: "0", result: .success(result), attempts: 1), caption)
    }
  }
}
