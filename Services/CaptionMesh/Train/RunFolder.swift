import Datasets
import FoundationEssentials
import Scoring
import Training

/// The files of one training run.
struct RunFolder {
  let path: String

  var best: String { path + "/best.safetensors" }
  var last: String { path + "/last.safetensors" }
  private var logFile: String { path + "/log.csv" }

  /// Makes the folder and begins its log.
  ///
  /// - Throws: ``DatasetError`` when the folder cannot be written to.
  init(_ path: String) throws(DatasetError) {
    self.path = path
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let header =
        "epoch,loss,top5_accuracy,tokens_per_second,bleu1,bleu2,bleu3,bleu4,rouge_l,cider\n"
      try header.write(toFile: logFile, atomically: true, encoding: .utf8)
    } catch {
      throw DatasetError(.unwritable, "\(path): cannot be written; is there room and permission?")
    }
  }

  /// Adds a line for one epoch.
  func log(
    epoch: Int, _ result: PassResult, _ report: ScoreReport, seconds: Double
  ) throws {
    let numbers =
      [result.meanLoss, result.top5Accuracy, Double(result.tokens) / seconds] + report.bleu
      + [report.rougeL, report.cider]
    let line = "\(epoch)," + numbers.map { "\($0.rounded(6))" }.joined(separator: ",") + "\n"
    let before = try String(contentsOfFile: logFile, encoding: .utf8)
    try (before + line).write(toFile: logFile, atomically: true, encoding: .utf8)
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
