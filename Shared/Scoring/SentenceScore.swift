/// The scores of one sentence.
public struct SentenceScore: Hashable, Sendable {
  /// BLEU-1 to BLEU-4.
  public let bleu: [Double]
  public let rougeL: Double
  public let cider: Double
}
