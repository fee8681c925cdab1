public import ArgumentParser
import Datasets
import Decoders
import FoundationEssentials
import GRPCCore
public import MeshAPI
import Scoring
import Vocabulary

/// `captionmesh evaluate`.
struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Caption a split and score it: BLEU-1 to 4, ROUGE-L, CIDEr-D.",
    discussion: """
      Captions every image of the split by free-running beam search, in this process (--local, the \
      default) or through the mesh, encoders and scorer included (--mesh). References are the \
      tokens of the Karpathy JSON; scores are coco-caption's unless --method says otherwise.

      Example:
        captionmesh evaluate --images flickr8k/images --karpathy dataset_flickr8k.json \\
          --split test --results results.json
      """)

  @Option(help: "Folder of the images.")
  var images: String

  @Option(help: "Karpathy JSON with captions and split.")
  var karpathy: String

  @Option(help: "Split to caption.")
  var split = "test"

  @Flag(help: "Caption and score through the mesh.")
  var mesh = false

  @Flag(help: "Caption and score in this process; the default.")
  var local = false

  @Option(help: "Beams of the search; 1 is greedy.")
  var beam = 3

  @Option(help: "Whose BLEU: coco, nltk or sacrebleu.")
  var method: ScoreOptions.Method = .coco

  @Option(help: "File for the captions as COCO results JSON.")
  var results: String?

  @Flag(help: "Print the scores as JSON.")
  var json = false

  @OptionGroup(title: "With a mesh") var meshOptions: MeshOptions
  @OptionGroup(title: "Without a mesh") var localOptions: LocalOptions

  func validate() throws {
    guard !(mesh && local) else { throw ValidationError("--mesh and --local exclude each other") }
    guard DecodeOptions.beams.contains(beam) else {
      throw ValidationError("--beam \(beam) is not in \(DecodeOptions.beams)")
    }
  }

  func run() async throws {
    let dataset = try KarpathyDataset(path: karpathy)
    let chosen = dataset.images(of: split)
    guard !chosen.isEmpty else {
      throw DatasetError(
        .missing,
        "\(karpathy): has no split “\(split)”; it has \(dataset.splits.joined(separator: ", "))")
    }
    let paths = chosen.map { "\(images)/\($0.path)" }
    let references = chosen.map { $0.sentences.map { $0.tokens.joined(separator: " ") } }
    let bar = ProgressBar("captioning", total: paths.count)
    let (captions, report) =
      mesh
      ? try await evaluateByMesh(paths, references, bar)
      : try evaluateLocally(paths, references, bar)
    bar.finish()
    if let results {
      try COCOResults.write(captions, identifiers: chosen.map(\.identifier), to: results)
    }
    print(json ? report.json : report.table)
  }

  private var definition: BleuDefinition {
    get throws { try BleuDefinition(method: method.rawValue, smoothing: nil, smooth: nil) }
  }

  private func evaluateLocally(
    _ paths: [String], _ references: [[String]], _ bar: ProgressBar
  ) throws -> ([String], ScoreReport) {
    let captioner = try LocalCaptioner(localOptions)
    let vocabulary = captioner.checkpoint.vocabulary
    let outcomes = try captioner.captions(
      paths, search: BeamSearch(width: beam, vocabulary: vocabulary)
    ) { bar.advance(by: $0) }
    var accumulator = ScoreAccumulator()
    var captions: [String] = []
    for (outcome, references) in zip(outcomes, references) {
      let words = vocabulary.words(of: try outcome.get().best.words)
      captions.append(words.joined(separator: " "))
      accumulator.add(
        candidate: words,
        references: references.map(Tokenization.none.words))
    }
    return (captions, try accumulator.report(bleu: try definition))
  }

  private func evaluateByMesh(
    _ paths: [String], _ references: [[String]], _ bar: ProgressBar
  ) async throws -> ([String], ScoreReport) {
    let definition = try definition
    return try await meshOptions.withClient { client in
      let collector = CaptionCollector()
      let stream = CaptionStream(
        paths: AsyncPaths(paths: paths), options: DecodeOptions(beam: beam), window: 32)
      _ = try await stream.run(Captioner.Client(client)) { path, reply in
        await collector.add(path, reply)
        bar.advance()
      }
      let captions = try await collector.captions(of: paths)
      let reply = try await Scorer.Client(client).score { writer in
        try await writer.write(.options(ScoreOptions(method: method)))
        for (caption, references) in zip(captions, references) {
          try await writer.write(
            .item(ScoreItem(candidate: caption, references: references)))
        }
      }
      return (
        captions,
        ScoreReport(
          definition: definition, sentenceCount: reply.count, bleu: reply.bleu,
          rougeL: reply.rougeL, cider: reply.cider)
      )
    }
  }
}

extension ScoreOptions.Method: ExpressibleByArgument {}

/// A fixed list of paths as ``CaptionStream`` takes them.
struct AsyncPaths: AsyncSequence, Sendable {
  let paths: [String]

  func makeAsyncIterator() -> Iterator { Iterator(rest: paths[...]) }

  struct Iterator: AsyncIteratorProtocol {
    var rest: ArraySlice<String>
    mutating func next() async -> String? { rest.popFirst() }
  }
}

/// Captions as they come back from the mesh, in any order.
private actor CaptionCollector {
  private var outcomes: [String: Result<CaptionResult, ItemError>] = [:]

  func add(_ path: String, _ reply: CaptionReply) { outcomes[path] = reply.result }

  /// - Throws: the first image's error, since scores over a part would mislead.
  func captions(of paths: [String]) throws -> [String] {
    try paths.map { path in
      guard let outcome = outcomes[path] else {
        throw ItemError(.unavailable, "\(path): the mesh ended the stream without an answer")
      }
      return try outcome.get().caption
    }
  }
}
