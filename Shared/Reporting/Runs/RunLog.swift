internal import FoundationEssentials

/// A run's `log.csv`: one line an epoch, a header that names the columns, empty where nothing was
/// measured. Columns that are missing count as empty, and columns of other names are left alone.
public struct RunLog: Sendable, Equatable {
  public enum Phase: String, Sendable {
    case crossEntropy = "cross-entropy"
    case selfCritical = "self-critical"
  }

  /// One epoch.
  public struct Epoch: Sendable, Equatable {
    public var epoch: Int
    public var phase: Phase
    /// By column; only numbers that are finite.
    var numbers: [Column: Double]

    subscript(column: Column) -> Double? { numbers[column] }
  }

  enum Column: String, CaseIterable, Sendable {
    case learningRate = "learning_rate"
    case loss
    case attentionPenalty = "attention_penalty"
    case top5Accuracy = "top5_accuracy"
    case teacherForcedBleu4 = "teacher_forced_bleu4"
    case bleu1, bleu2, bleu3, bleu4
    case rougeL = "rouge_l"
    case cider, reward
    case validationLoss = "val_loss"
    case validationTop5Accuracy = "val_top5_accuracy"
    case tokensPerSecond = "tokens_per_second"
    case seconds
    case peakMemory = "peak_memory_mb"
  }

  public var epochs: [Epoch]

  /// The first epoch with the highest of a score on val.
  func best(by column: Column) -> Epoch? {
    epochs.enumerated().max {
      ($0.element[column] ?? -1, $1.offset) < ($1.element[column] ?? -1, $0.offset)
    }?.element
  }

  /// Reads a log; nil when there is none.
  ///
  /// - Throws: ``ReportError``, which names the file and the line.
  public static func read(_ path: String) throws(ReportError) -> RunLog? {
    guard let data = try WholeFile.read(path) else { return nil }
    return try RunLog(csv: String(decoding: data, as: UTF8.self), path: path)
  }

  /// - Throws: ``ReportError`` with code `malformed`.
  init(csv: String, path: String) throws(ReportError) {
    let lines = csv.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let header = lines[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard header.first == "epoch" else {
      throw ReportError(
        .malformed, "\(path): line 1 does not begin with “epoch”; `captionmesh train` writes it")
    }
    epochs = []
    for (number, line) in lines.enumerated().dropFirst() where !line.isEmpty {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count == header.count else {
        throw ReportError(
          .malformed,
          "\(path): line \(number + 1) has \(cells.count) columns, expected \(header.count)")
      }
      func broken(_ index: Int) -> ReportError {
        ReportError(
          .malformed, "\(path): line \(number + 1) has “\(cells[index])” for \(header[index])")
      }
      guard let epoch = Int(cells[0]) else { throw broken(0) }
      var entry = Epoch(epoch: epoch, phase: .crossEntropy, numbers: [:])
      for (index, name) in header.enumerated() where index > 0 && !cells[index].isEmpty {
        if name == "phase" {
          guard let phase = Phase(rawValue: String(cells[index])) else { throw broken(index) }
          entry.phase = phase
        } else if let column = Column(rawValue: name) {
          guard let value = Double(cells[index]) else { throw broken(index) }
          if value.isFinite { entry.numbers[column] = value }
        }
      }
      epochs.append(entry)
    }
  }
}
