import Datasets
import Decoders
import Features
import FoundationEssentials
import Scoring
import Training
import WeightFiles

/// The files of one training run; `captionmesh report` reads them.
struct RunFolder {
  let path: String

  /// The checkpoint of a run with the highest validation score.
  static func best(of run: String) -> String { run + "/best.safetensors" }

  var best: String { Self.best(of: path) }
  var last: String { path + "/last.safetensors" }
  /// The encoders that belong to them, where the encoder learned.
  var bestEncoder: String { path + "/best-encoder.safetensors" }
  var lastEncoder: String { path + "/last-encoder.safetensors" }
  /// The state from which a stopped run goes on; gone once the run is done.
  var resume: String { path + "/resume.safetensors" }
  private var configFile: String { path + "/config.json" }
  /// A line an epoch.
  var logFile: String { path + "/log.csv" }

  /// What a run was, in `config.json`.
  struct Configuration: Encodable {
    struct Encoder: Encodable {
      var name: String
      var weightsHash: String
      var preprocessing: String
      var grid: String
    }

    var name: String
    var command: String
    var data: String
    var seed: UInt64
    var threads: Int
    var decoder: DecoderConfiguration
    var encoder: Encoder
    var vocabulary: Int
    var parameters: Int
    var training: TrainingOptions
    var selection: String
    var initial: String?
    var finetuned: String?
  }

  /// - Throws: ``DatasetError`` when the folder cannot be made, or holds a run that is neither to be
  ///   resumed nor to be overwritten.
  init(_ path: String, resuming: Bool, overwriting: Bool) throws {
    self.path = path
    let files = FileManager.default
    if !resuming, !overwriting, files.fileExists(atPath: logFile) {
      throw DatasetError(
        .unwritable,
        "\(path): holds a run already; --resume goes on with it, --overwrite begins anew")
    }
    do {
      try files.createDirectory(atPath: path, withIntermediateDirectories: true)
      if overwriting {
        for file in [resume, logFile, best, last, bestEncoder, lastEncoder]
        where files.fileExists(atPath: file) {
          try files.removeItem(atPath: file)
        }
      }
    } catch {
      throw DatasetError(.unwritable, "\(path): cannot be written; is there room and permission?")
    }
  }

  /// Whether a folder holds a run that has come to its end.
  static func isDone(_ path: String) -> Bool {
    let files = FileManager.default
    return files.fileExists(atPath: "\(path)/log.csv")
      && !files.fileExists(atPath: "\(path)/resume.safetensors")
  }

  /// Whether there is a state to go on from.
  var isResumable: Bool { FileManager.default.fileExists(atPath: resume) }

  /// Keeps a copy of an encoder that stays as it is.
  func keep(encoder path: String) throws {
    let files = FileManager.default
    if files.fileExists(atPath: bestEncoder) { return }
    do {
      try files.copyItem(atPath: path, toPath: bestEncoder + ".partial")
      try files.moveItem(atPath: bestEncoder + ".partial", toPath: bestEncoder)
    } catch {
      throw DatasetError(
        .unwritable, "\(bestEncoder): cannot be written; is there room and permission?")
    }
  }

  func write(_ configuration: Configuration) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try write(encoder.encode(configuration) + Data("\n".utf8), to: configFile)
  }

  /// What one epoch measured.
  struct Row {
    var epoch: Int
    var phase: TrainingOptions.Objective
    var learningRate: Double
    var result: PassResult
    var teacherForced: TeacherForcedScore
    var report: ScoreReport
    var seconds: Double
    var peakMemory: Int
  }

  static let columns = [
    "epoch", "phase", "learning_rate", "loss", "attention_penalty", "top5_accuracy",
    "teacher_forced_bleu4", "bleu1", "bleu2", "bleu3", "bleu4", "rouge_l", "cider", "reward",
    "val_loss", "val_top5_accuracy", "tokens_per_second", "seconds", "peak_memory_mb",
  ]

  /// Adds a line for one epoch to `log.csv`, in place of it and of later ones from before the run
  /// was resumed.
  func log(_ row: Row) throws {
    let result = row.result
    func number(_ value: Double) -> String { "\(value.rounded(6))" }
    let supervised = row.phase == .crossEntropy
    let fields =
      ["\(row.epoch)", row.phase.rawValue, "\(row.learningRate)"]
      + [
        supervised ? number(result.meanLoss) : "",
        supervised ? number(result.attentionPenalty / Double(max(result.tokens, 1))) : "",
        supervised ? number(result.top5Accuracy) : "", number(row.teacherForced.bleu4),
      ] + row.report.bleu.map(number) + [number(row.report.rougeL), number(row.report.cider)]
      + [result.rewarded > 0 ? number(result.reward / Double(result.rewarded)) : ""]
      + [
        number(row.teacherForced.result.meanLoss),
        number(row.teacherForced.result.top5Accuracy),
        "\(Int(Double(result.tokens) / row.seconds))", "\(row.seconds.rounded(1))",
        "\(row.peakMemory >> 20)",
      ]
    let header = Self.columns.joined(separator: ",")
    let before = (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? header
    let kept = before.split(separator: "\n").dropFirst().filter { line in
      line.split(separator: ",").first.flatMap { Int($0) }.map { $0 < row.epoch } ?? false
    }
    let lines = [header] + kept.map(String.init) + [fields.joined(separator: ",")]
    try write(Data((lines.joined(separator: "\n") + "\n").utf8), to: logFile)
  }

  private func write(_ data: Data, to file: String) throws {
    do {
      try data.write(to: URL(filePath: file), options: .atomic)
    } catch {
      throw DatasetError(.unwritable, "\(file): cannot be written; is there room and permission?")
    }
  }
}

extension PassResult {
  /// Mean cross-entropy of a word, in nats.
  var meanLoss: Double { loss / Double(max(tokens, 1)) }
  /// Share of the words that were among the five most likely.
  var top5Accuracy: Double { Double(top5) / Double(max(tokens, 1)) }
}

extension Double {
  /// Rounded to so many digits after the point.
  func rounded(_ digits: Int) -> Double {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    return (self * scale).rounded() / scale
  }
}
