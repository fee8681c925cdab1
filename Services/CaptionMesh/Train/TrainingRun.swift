import ArgumentParser
import Decoders
import FoundationEssentials
import Reporting
import Scoring
import Training

/// The epochs of one run: training, validation, checkpoints and the log.
struct TrainingRun {
  private(set) var data: TrainingData
  let arguments: TrainingArguments
  let folder: RunFolder
  let trainer: Trainer
  /// Minutes between states that are saved in the middle of an epoch.
  let saveMinutes: Double
  /// What people want to know about the checkpoints.
  let card: [String: String]
  private let interruption = Interruption()

  init(
    data: TrainingData, arguments: TrainingArguments, folder: RunFolder, trainer: Trainer,
    saveMinutes: Double, card: [String: String]
  ) {
    self.data = data
    self.arguments = arguments
    self.folder = folder
    self.trainer = trainer
    self.saveMinutes = saveMinutes
    self.card = card
  }

  /// Trains until all epochs are done, or until the score has not risen for too long.
  ///
  /// - Throws: ``ExitCode`` 75 when it was interrupted, with its state saved.
  mutating func run() throws {
    while !trainer.isDone {
      let rate = trainer.epochLearningRate
      let result = try runEpoch()
      try validate(result, rate: rate)
      try trainer.save(to: folder.resume)
      try interruption.check(folder)
    }
    try? FileManager.default.removeItem(atPath: folder.resume)
  }

  private func runEpoch() throws -> PassResult {
    let clock = ContinuousClock()
    let before = trainer.seconds
    let start = clock.now
    var saved = start
    let epoch = trainer.state.epoch + 1
    let bar = ProgressBar("epoch \(epoch)/\(trainer.options.epochs)", total: trainer.stepsPerEpoch)
    let result = try trainer.runEpoch {
      let now = clock.now
      trainer.seconds = before + (now - start) / .seconds(1)
      let total = trainer.state.total
      let speed = Int(Double(total.tokens) / trainer.seconds)
      let measure =
        total.rewarded > 0
        ? "reward \((total.reward / Double(total.rewarded)).rounded(3))"
        : "loss \(total.meanLoss.rounded(3))"
      bar.advance(to: trainer.state.stepInEpoch, note: "\(measure), \(speed) tokens/s,")
      if interruption.isWanted || (now - saved) / .seconds(60) >= saveMinutes {
        try trainer.save(to: folder.resume)
        saved = now
        try interruption.check(folder)
      }
    }
    bar.finish()
    return result
  }

  private mutating func validate(_ result: PassResult, rate: Double) throws {
    if let learning = data.learning, let learned = trainer.averagedEncoder {
      let encoder = try learning.write(learned, to: folder.lastEncoder)
      try data.encodeValidation(by: encoder, threads: arguments.threads)
    }
    let validation = Validation(
      references: data.validationWords, vocabulary: data.vocabulary,
      search: BeamSearch(width: arguments.beam, vocabulary: data.vocabulary),
      threads: arguments.threads, features: data.validationFeatures)
    let report = try validation.score(trainer.averagedDecoder)
    let teacherForced = try validation.teacherForced(
      trainer.configuration, trainer.averaged, data.validationCaptions)
    let isBest = trainer.record(score: arguments.select.score(report))
    let epoch = trainer.state.epoch
    let seconds = trainer.seconds
    trainer.seconds = 0
    let checkpoint = Checkpoint(
      configuration: trainer.configuration, vocabulary: data.vocabulary, features: data.features,
      parameters: trainer.averaged,
      card: card.merging(
        ["epoch": "\(epoch)", "validation": report.json], uniquingKeysWith: { $1 }))
    try checkpoint.write(to: folder.last, precision: .float32)
    if isBest {
      if let learning = data.learning, let learned = trainer.averagedEncoder {
        _ = try learning.write(learned, to: folder.bestEncoder)
      }
      try checkpoint.write(to: folder.best, precision: arguments.precision)
    }
    try folder.log(
      RunFolder.Row(
        epoch: epoch, phase: trainer.options.objective, learningRate: rate, result: result,
        teacherForced: teacherForced, report: report, seconds: seconds,
        peakMemory: Self.peakMemory))
    try RunCurves.write(log: folder.logFile, to: folder.path)

    var parts = ["epoch \(epoch):"]
    if result.rewarded > 0 {
      parts.append("reward \((result.reward / Double(result.rewarded)).rounded(4)),")
    } else {
      parts.append("loss \(result.meanLoss.rounded(4)),")
      parts.append("top-5 accuracy \(result.top5Accuracy.rounded(4)),")
    }
    parts.append("\(Int(Double(result.tokens) / seconds)) tokens/s;")
    parts.append("free-running, beam \(arguments.beam): BLEU-4 \(report.bleu[3].rounded(4)),")
    parts.append("CIDEr-D \(report.cider.rounded(4));")
    parts.append("teacher-forced BLEU-4 \(teacherForced.bleu4.rounded(4))")
    if isBest { parts.append("(the best so far)") }
    printLine(parts.joined(separator: " "))
  }

  /// The most memory that this process has had, in bytes, as Linux accounts for it. (getrusage
  /// counts what the process that started this one had.)
  private static var peakMemory: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    let kilobytes = line.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }.first ?? 0
    return kilobytes << 10
  }
}
