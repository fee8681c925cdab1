public import ArgumentParser
public import Scoring

/// `captionmesh score`.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Score captions against references: BLEU-1 to 4, ROUGE-L and CIDEr-D.",
    discussion: """
      Both files are text, or both are COCO's JSON.

      Text: the candidates file has one caption a line, and the references file has a line for \
      each of them, with its references separated by TABs.

      JSON: the candidates file is COCO's results, [{"image_id": 1, "caption": "…"}, …], and the \
      references file COCO's annotations, {"annotations": [{"image_id": 1, "caption": "…"}, …]}.

      BLEU has no one definition. 'coco' is what papers on captioning report and what the \
      selection of models is usually based on; 'nltk' and 'sacrebleu' differ from it where \
      captions are short or nothing matches, and sacreBLEU's scale is 0 to 100. ROUGE-L and \
      CIDEr-D are coco-caption's. In a candidate the word <unk> matches nothing.

      Words are taken as they are, split at blanks. Raw sentences, with capitals and punctuation, \
      want '--tokenize ptb', coco-caption's way from sentences to words.
      """)

  @Option(help: ArgumentHelp("The captions to score.", valueName: "file"))
  var candidates: String

  @Option(help: ArgumentHelp("What people wrote.", valueName: "file"))
  var references: String

  @Option(help: ArgumentHelp("Whose BLEU.", valueName: "name"))
  var method = Method.coco

  @Option(
    help: ArgumentHelp("With nltk: its smoothing function, 0 to 7; else 0.", valueName: "number"))
  var smoothing: Int?

  @Option(help: ArgumentHelp("With sacrebleu: its smoothing; else exp.", valueName: "name"))
  var smooth: BleuDefinition.SacreBleuSmoothing?

  @Option(help: ArgumentHelp("How sentences become words.", valueName: "name"))
  var tokenize = Tokenization.none

  @Flag(help: "Print one JSON object with the keys bleu (four numbers), rouge_l and cider.")
  var json = false

  enum Method: String, ExpressibleByArgument, CaseIterable {
    case coco, nltk, sacrebleu
  }

  func validate() throws {
    do {
      _ = try definition()
    } catch {
      throw ValidationError(error.message)
    }
  }

  func run() throws {
    let files = try ScoreFiles(
      candidates: ScoreFiles.File(path: candidates), references: ScoreFiles.File(path: references))
    var accumulator = ScoreAccumulator()
    for item in files.items {
      accumulator.add(
        candidate: tokenize.words(of: item.candidate),
        references: item.references.map(tokenize.words))
    }
    let report = try accumulator.report(bleu: definition())
    print(json ? report.json : report.table)
  }

  /// The definition that the options name together.
  func definition() throws(ScoringError) -> BleuDefinition {
    try BleuDefinition(
      method: method.rawValue, smoothing: smoothing, smooth: smooth?.rawValue)
  }
}

extension Tokenization: ExpressibleByArgument {}
extension BleuDefinition.SacreBleuSmoothing: ExpressibleByArgument {}
