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

      Several models (--model A --model B) caption together as an ensemble: the mean of their \
      probabilities chooses each word. With --run, or --record, the scores go to test.json and the \
      captions with their own scores to test-captions.json, for `captionmesh report`.

      Examples:
        captionmesh evaluate --images flickr8k/images --karpathy dataset_flickr8k.json \
          --split test --results results.json
        captionmesh evaluate --features flickr8k.h5 --karpathy dataset_flickr8k.json \
          --run run1 --beam 1,3,5
      """)

  @OptionGroup(title: "Data") var source: DataOptions

  @Option(
    help: ArgumentHelp(
      "Feature cache, to caption without encoding; repeated where models of an ensemble take "
        + "features of several encoders.", valueName: "file"))
  var features: [String] = []

  @Option(help: "Split to caption.")
  var split = "test"

  @Flag(help: "Caption and score through the mesh.")
  var mesh = false

  @Flag(help: "Caption and score in this process; the default.")
  var local = false

  @Option(help: "Run folder: its best model is tested, and the scores are recorded there.")
  var run: String?

  @Option(help: "Folder to record the scores in, as --run does in the run's.")
  var record: String?

  @Option(
    help: ArgumentHelp("Beams of the search, one or several as 1,3,5; 1 is greedy.", valueName: "n")
  )
  var beam = BeamWidths([3])

  @Option(help: "Rank ended beams by score / words^α; 0 is the raw score.")
  var lengthNormalization = 0.0

  @Option(
    help: ArgumentHelp(
      "Let no run of N words occur twice in a caption; 0 allows all.", valueName: "N"))
  var blockNgram = 0

  @Option(help: "Images that each thread searches side by side, at most.")
  var batch = 100

  @Option(help: "Whose BLEU: coco, nltk or sacrebleu.")
  var method: ScoreOptions.Method = .coco

  @Option(help: "File for the captions of the first beam width as COCO results JSON.")
  var results: String?

  @Flag(help: "Print the scores as JSON.")
  var json = false

  @OptionGroup(title: "With a mesh") var meshOptions: MeshOptions
  @OptionGroup(title: "Without a mesh") var localOptions: LocalOptions

  func validate() throws {
    guard !(mesh && local) else { throw ValidationError("--mesh and --local exclude each other") }
    guard source.hasImages || (!mesh && !features.isEmpty) else {
      throw ValidationError("--images FOLDER names the photographs, or --features their cache")
    }
    guard run == nil || localOptions.model.isEmpty else {
      throw ValidationError("--run names the model; leave --model out, or use --record FOLDER")
    }
    guard (1...200).contains(batch) else { throw ValidationError("--batch is in 1...200") }
    guard (0...2).contains(lengthNormalization), (0...20).contains(blockNgram) else {
      throw ValidationError("--length-normalization is in 0...2, --block-ngram in 0...20")
    }
    if mesh {
      guard source.images != nil else {
        throw ValidationError("through the mesh go files: --karpathy FILE --images FOLDER")
      }
      guard beam.widths.count == 1, lengthNormalization == 0, blockNgram == 0, run == nil,
        record == nil, features.isEmpty, localOptions.model.count < 2
      else {
        throw ValidationError(
          "through the mesh there is one model and one beam width; several widths, ensembles, "
            + "--run, --record, --features, --length-normalization and --block-ngram need --local")
      }
    }
  }

  func run() async throws {
    let data = try source.open()
    let chosen = try data.split(split)
    let bar = ProgressBar("captioning", total: chosen.count)
    let (captions, text) =
      mesh ? try await evaluateByMesh(chosen, bar) : try evaluateLocally(data, chosen, bar)
    if let results {
      try COCOResults.write(captions, identifiers: chosen.identifiers, to: results)
    }
    print(text)
  }

  private var definition: BleuDefinition {
    get throws { try BleuDefinition(method: method.rawValue, smoothing: nil, smooth: nil) }
  }

  // MARK: In this process

  private func evaluateLocally(
    _ data: CaptionedData, _ chosen: CaptionedSplit, _ bar: ProgressBar
  ) throws -> ([String], String) {
    let models = try run.map { [RunFolder.best(of: $0)] } ?? localOptions.modelPaths
    let ensemble = try Ensemble(
      models: models, caches: features, store: localOptions.store,
      precision: localOptions.precision, threads: localOptions.threads, batchSize: batch)
    let vocabulary = ensemble.members[0].vocabulary
    let searches = beam.widths.map { width in
      var search = BeamSearch(width: width, vocabulary: vocabulary)
      search.lengthNormalization = lengthNormalization
      search.blockedNGram = blockNgram
      return search
    }
    let (outcomes, encodingSeconds) = try LocalEvaluation(ensemble: ensemble, searches: searches)
      .run(chosen) { bar.advance(by: $0) }
    bar.finish()
    if let folder = run ?? record {
      let files = EvaluationFiles(folder: folder, split: split)
      try files.write(
        .init(
          split: split, images: chosen.count, encodingSeconds: encodingSeconds,
          lengthNormalization: lengthNormalization, blockedNgram: blockNgram,
          beams: try outcomes.map(EvaluationFiles.Beam.init),
          members: models.count > 1 ? models : nil))
      let shown = outcomes.first { $0.search.width == 3 } ?? outcomes[0]
      try files.write(
        shown, chosen, vocabulary: vocabulary,
        trainingCounts: (try? data.split("train"))?.wordCounts)
    }
    let captions = outcomes[0].captions.map {
      vocabulary.words(of: $0.best.words).joined(separator: " ")
    }
    return (captions, try describe(outcomes))
  }

  /// The scores for people or for programs; with several beam widths, a table of them.
  private func describe(_ outcomes: [LocalEvaluation.Outcome]) throws -> String {
    let definition = try definition
    let reports = try outcomes.map { try $0.accumulator.report(bleu: definition) }
    if json {
      if reports.count == 1 { return reports[0].json }
      let members = zip(beam.widths, reports).map { "\"\($0)\":\($1.json)" }
      return "{\(members.joined(separator: ","))}"
    }
    if reports.count == 1 { return reports[0].table }
    let head = ["beam", "BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "ROUGE-L", "CIDEr-D", "seconds"]
    let rows = zip(outcomes, reports).map { outcome, report in
      ["\(outcome.search.width)"]
        + (report.bleu + [report.rougeL, report.cider]).map { "\($0.rounded(4))" }
        + ["\(outcome.seconds.rounded(2))"]
    }
    let lines = ([head] + rows).map { cells in
      cells.map { String(repeating: " ", count: max(9 - $0.count, 0)) + $0 }.joined()
    }
    return (["\(reports[0].sentenceCount) images, BLEU as \(definition) defines it", ""] + lines)
      .joined(separator: "\n")
  }

  // MARK: Through the mesh

  private func evaluateByMesh(
    _ chosen: CaptionedSplit, _ bar: ProgressBar
  ) async throws -> ([String], String) {
    let paths = chosen.names.map { "\(source.images ?? "")/\($0)" }
    let references = chosen.words.map { $0.map { $0.joined(separator: " ") } }
    let definition = try definition
    return try await meshOptions.withClient { client in
      let collector = CaptionCollector()
      let stream = CaptionStream(
        paths: AsyncPaths(paths: paths), options: DecodeOptions(beam: beam.widths[0]), window: 32)
      _ = try await stream.run(Captioner.Client(client)) { item, reply in
        await collector.add(item.path, reply)
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
      bar.finish()
      let report = ScoreReport(
        definition: definition, sentenceCount: reply.count, bleu: reply.bleu,
        rougeL: reply.rougeL, cider: reply.cider)
      return (captions, json ? report.json : report.table)
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
