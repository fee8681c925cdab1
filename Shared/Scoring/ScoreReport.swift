/// The scores of a corpus.
public struct ScoreReport: Hashable, Sendable {
  /// Whose BLEU it is.
  public let definition: BleuDefinition
  public let sentenceCount: Int
  /// BLEU-1 to BLEU-4, on the definition's scale.
  public let bleu: [Double]
  /// ROUGE-L, from 0 to 1: the mean over the sentences.
  public let rougeL: Double
  /// CIDEr-D, from 0 to 10: the mean over the sentences.
  public let cider: Double

  public init(
    definition: BleuDefinition, sentenceCount: Int, bleu: [Double], rougeL: Double, cider: Double
  ) {
    self.definition = definition
    self.sentenceCount = sentenceCount
    self.bleu = bleu
    self.rougeL = rougeL
    self.cider = cider
  }

  /// One JSON object with the keys `bleu` (four numbers), `rouge_l` and `cider`. Each number is
  /// written with the digits that give the same double back.
  public var json: String {
    let bleu = bleu.map(\.description).joined(separator: ", ")
    return #"{"bleu": [\#(bleu)], "rouge_l": \#(rougeL), "cider": \#(cider)}"#
  }

  /// The scores for people, a line each, with whose they are and the scale they are on.
  public var table: String {
    var rows = [("score", "value", "scale")]
    for (index, score) in bleu.enumerated() {
      rows.append(("BLEU-\(index + 1)", Self.rounded(score), definition.scale))
    }
    rows.append(("ROUGE-L", Self.rounded(rougeL), "0 to 1"))
    rows.append(("CIDEr-D", Self.rounded(cider), "0 to 10"))
    let lines = rows.map { name, value, scale in
      Self.padded(name, 9, left: false) + Self.padded(value, 9, left: true) + "  " + scale
    }
    let sentences = sentenceCount == 1 ? "1 sentence" : "\(sentenceCount) sentences"
    return (["\(sentences), BLEU as \(definition) defines it", ""] + lines)
      .joined(separator: "\n")
  }

  private static func padded(_ text: String, _ width: Int, left: Bool) -> String {
    let blank = String(repeating: " ", count: max(0, width - text.count))
    return left ? blank + text : text + blank
  }

  /// Four digits after the point.
  private static func rounded(_ value: Double) -> String {
    guard (0...1e9).contains(value) else { return "\(value)" }
    let scaled = Int((value * 10_000).rounded())
    let fraction = String(scaled % 10_000)
    return "\(scaled / 10_000)." + String(repeating: "0", count: 4 - fraction.count) + fraction
  }
}
