internal import Drawing
internal import FoundationEssentials

/// The curves of a run: loss, accuracy, scores on val and learning rate by epoch.
public enum RunCurves {
  /// Draws `curves.svg` and `curves.png` from a log; nothing when the log has no epoch yet.
  ///
  /// - Throws: ``ReportError``, which names the file.
  public static func write(log path: String, to folder: String) throws(ReportError) {
    guard let log = try RunLog.read(path) else {
      throw ReportError(.missing, "\(path): is not there; `captionmesh train` writes it")
    }
    guard !log.epochs.isEmpty else { return }
    let name = folder.split(separator: "/").last.map(String.init) ?? folder
    let sheet = sheet(log, title: name)
    try WholeFile.write(try file(sheet, .svg), to: folder + "/curves.svg")
    try WholeFile.write(try file(sheet, .png(scale: 1.5)), to: folder + "/curves.png")
  }

  /// The sheet as a file.
  static func file(
    _ sheet: ChartSheet, _ format: Canvas.Format
  ) throws(ReportError) -> [UInt8] {
    do {
      return try sheet.file(format)
    } catch {
      throw ReportError(.undrawable, "the curves of \(sheet.title): \(error)")
    }
  }

  /// The charts of a log.
  static func sheet(_ log: RunLog, title: String) -> ChartSheet {
    let x = positions(log)
    func points(_ column: RunLog.Column, of phase: RunLog.Phase? = nil) -> [Point?] {
      zip(x, log.epochs).map { x, epoch in
        guard phase == nil || epoch.phase == phase else { return nil }
        return epoch[column].map { Point(x, $0) }
      }
    }
    let borders = borders(log, x)
    func chart(
      _ title: String, _ series: [Chart.Series], startsAtZero: Bool = false
    ) -> Chart {
      Chart(
        title, xLabel: "epoch", series: series, borders: borders,
        x: (x.min() ?? 0)...(x.max() ?? 1),
        startsAtZero: startsAtZero)
    }
    // The two phases lower different losses, so that no line leads from one to the other.
    return ChartSheet(
      title,
      [
        chart(
          "Cross-entropy, teacher-forced, nats a word",
          [
            .init("training, with dropout", points(.loss, of: .crossEntropy), color: 0),
            .init("self-critical", points(.loss, of: .selfCritical), color: 1, isDashed: true),
            .init("val", points(.validationLoss), color: 2, isDashed: true),
          ]),
        chart(
          "Top-5 accuracy, teacher-forced",
          [
            .init("training words", points(.top5Accuracy), color: 0),
            .init("val", points(.validationTop5Accuracy), color: 2, isDashed: true),
          ]),
        chart(
          "BLEU-4 on val",
          [
            .init("free-running", points(.bleu4), color: 0),
            .init("teacher-forced", points(.teacherForcedBleu4), color: 1, isDashed: true),
          ]),
        chart(
          "CIDEr-D on val, free-running",
          [
            .init("val", points(.cider), color: 0),
            .init("reward of samples, training", points(.reward), color: 2, isDashed: true),
          ]),
        chart(
          "Learning rate", [.init("decoder", points(.learningRate), color: 0)], startsAtZero: true),
        chart(
          "Speed of training, tokens/s",
          [.init("tokens a second", points(.tokensPerSecond), color: 0)], startsAtZero: true),
      ])
  }

  /// The epochs' numbers; where a log counts anew, as after a change of phase, the lines' numbers.
  static func positions(_ log: RunLog) -> [Double] {
    let numbers = log.epochs.map(\.epoch)
    let rises = zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
    return rises ? numbers.map(Double.init) : numbers.indices.map { Double($0 + 1) }
  }

  private static func borders(_ log: RunLog, _ x: [Double]) -> [Chart.Border] {
    log.epochs.indices.dropFirst().compactMap { index in
      let (before, after) = (log.epochs[index - 1].phase, log.epochs[index].phase)
      guard before != after else { return nil }
      return Chart.Border(x: (x[index - 1] + x[index]) / 2, label: after.rawValue)
    }
  }
}
