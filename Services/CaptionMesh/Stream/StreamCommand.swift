import ArgumentParser
import FoundationEssentials
import GRPCCore
import Glibc
import MeshAPI
import Reporting

/// `captionmesh stream`.
struct StreamCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream",
    abstract: "Caption images and folders of images through the mesh.",
    discussion: """
      Prints one line for each image as it finishes, in the order in which they finish. With \
      --json, or when the output is not a terminal, a line is a JSON object:

        {"image", "caption", "tokens", "log_probability", "attempts",
         "milliseconds": {"load", "encode", "decode", "queue"}}
        {"image", "error": {"code", "message"}}

      --html makes a contact sheet as well: one page, in one file, with all photographs, their \
      captions, and for each word its probability and where the model looked.

      A mesh that is full or starts again is waited for, up to half a minute. An image that cannot \
      be captioned fails alone. Exits 0 when all were captioned, 1 when some \
      were not.

      Examples:
        captionmesh stream photographs/ holiday.jpg
        captionmesh stream photographs/ --html photographs.html
        find . -name '*.jpg' | captionmesh stream - --json > captions.jsonl
      """)

  @Argument(
    help: "Images, folders, or - for a list of paths on standard input.", completion: .file())
  var paths: [String]

  @Flag(help: "Print JSON lines also to a terminal.")
  var json = false

  @Option(help: "Beams of the search; 1 is greedy.")
  var beam = 3

  @Option(help: "Images on their way at the same time.")
  var window = 32

  @Option(
    help: ArgumentHelp("Where to write a contact sheet when all is done.", valueName: "file"))
  var html: String?

  @Option(
    help: ArgumentHelp(
      "Pixels of the longer side of a photograph in the contact sheet.", valueName: "pixels"))
  var htmlSize = 480

  @OptionGroup(title: "Mesh") var meshOptions: MeshOptions

  func validate() throws {
    guard DecodeOptions.beams.contains(beam) else {
      throw ValidationError("--beam \(beam) is not in \(DecodeOptions.beams)")
    }
    guard (1...4096).contains(window) else {
      throw ValidationError("--window \(window) is not in 1...4096")
    }
    guard ContactSheet.extents.contains(htmlSize) else {
      throw ValidationError("--html-size \(htmlSize) is not in \(ContactSheet.extents)")
    }
  }

  func run() async throws {
    let printer = ReplyPrinter(json: json || isatty(STDOUT_FILENO) == 0)
    let sheet = try html.map { try SheetWriter($0, extent: htmlSize) }
    let start = ContinuousClock.now
    let counts = try await meshOptions.withClient { client in
      var stream = CaptionStream(
        paths: ImagePaths(arguments: paths),
        options: DecodeOptions(beam: beam, attention: sheet != nil), window: window)
      stream.metadata = MeshOptions.metadata
      return try await stream.run(Captioner.Client(client)) { item, reply in
        printer.print(item.path, reply)
        await sheet?.add(item, reply)
      }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let rate = (Double(counts.captioned) / max(seconds, 1e-3)).rounded(1)
    printError(
      "\(counts.captioned) captioned, \(counts.failed) failed, \(rate) images/s")
    try await sheet?.finish()
    if counts.broken > 0 {
      printError(
        "the conversation with the mesh broke \(counts.broken) times and was taken up again")
    }
    if counts.repeated > 0 { printError("\(counts.repeated) answers came twice") }
    if counts.failed > 0 { throw ExitCode(1) }
  }
}

/// Prints outcomes a line each.
struct ReplyPrinter: Sendable {
  let json: Bool

  private struct Line: Encodable {
    var image: String
    var model: String?
    var caption: String?
    var tokens: [String]?
    var logProbability: Double?
    var attempts: Int?
    var milliseconds: [String: Double]?
    var error: [String: String]?

    enum CodingKeys: String, CodingKey {
      case image, model, caption, tokens, attempts, milliseconds, error
      case logProbability = "log_probability"
    }
  }

  func print(_ path: String, _ reply: CaptionReply, model: String? = nil) {
    if json {
      Swift.print(Self.json(path, reply, model: model))
    } else {
      switch reply.result {
      case .success(let result): Swift.print("\(path): \(result.caption)")
      case .failure(let error): printError("\(path): \(error)")
      }
    }
    _ = fflush(nil)
  }

  /// The line of JSON for one image.
  static func json(_ path: String, _ reply: CaptionReply, model: String? = nil) -> String {
    var line = Line(image: path, model: model)
    switch reply.result {
    case .success(let result):
      line.caption = result.caption
      line.tokens = result.tokens
      line.logProbability = result.logProbability
      line.attempts = reply.attempts
      let spent = reply.milliseconds
      line.milliseconds = [
        "load": spent.load.rounded(3), "encode": spent.encode.rounded(3),
        "decode": spent.decode.rounded(3), "queue": spent.queue.rounded(3),
      ]
    case .failure(let error):
      line.error = ["code": error.code.statusName, "message": error.message]
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings and finite numbers always encode.
    return String(decoding: try! encoder.encode(line), as: UTF8.self)
  }
}
