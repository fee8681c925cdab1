import ArgumentParser
import FoundationEssentials
import GRPCCore
import Glibc
import MeshAPI

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

      A mesh that is full or starts again is waited for, up to half a minute. An image that cannot \
      be captioned fails alone. Exits 0 when all were captioned, 1 when some \
      were not.

      Examples:
        captionmesh stream photographs/ holiday.jpg
        find . -name '*.jpg' | captionmesh stream - --json > captions.jsonl
      """)

  @Argument(help: "Images, folders, or - for a list of paths on standard input.")
  var paths: [String]

  @Flag(help: "Print JSON lines also to a terminal.")
  var json = false

  @Option(help: "Beams of the search; 1 is greedy.")
  var beam = 3

  @Option(help: "Images on their way at the same time.")
  var window = 32

  @OptionGroup(title: "Mesh") var meshOptions: MeshOptions

  func validate() throws {
    guard DecodeOptions.beams.contains(beam) else {
      throw ValidationError("--beam \(beam) is not in \(DecodeOptions.beams)")
    }
    guard (1...4096).contains(window) else {
      throw ValidationError("--window \(window) is not in 1...4096")
    }
  }

  func run() async throws {
    let printer = ReplyPrinter(json: json || isatty(STDOUT_FILENO) == 0)
    let start = ContinuousClock.now
    let counts = try await meshOptions.withClient { client in
      var stream = CaptionStream(
        paths: ImagePaths(arguments: paths), options: DecodeOptions(beam: beam), window: window)
      stream.metadata = MeshOptions.metadata
      return try await stream.run(Captioner.Client(client)) { path, reply in
        printer.print(path, reply)
      }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let rate = (Double(counts.captioned) / max(seconds, 1e-3)).rounded(1)
    printError(
      "\(counts.captioned) captioned, \(counts.failed) failed, \(rate) images/s")
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
    var line = Line(image: path, model: model)
    switch reply.result {
    case .success(let result):
      if !json { return Swift.print("\(path): \(result.caption)") }
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
      if !json { return printError("\(path): \(error)") }
      line.error = ["code": error.code.statusName, "message": error.message]
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings and finite numbers always encode.
    Swift.print(String(decoding: try! encoder.encode(line), as: UTF8.self))
    _ = fflush(nil)
  }
}
