import Testing

/// What pycocoevalcap, NLTK and sacreBLEU score some small corpora (scores.json).
struct GoldenScores: Decodable, Sendable {
  let corpora: [Corpus]

  struct Corpus: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let sentences: [Sentence]
    let bleu: [Double]
    let rougeL: Double
    let cider: Double
    /// By the number of the smoothing function; nil where NLTK gives none.
    let nltk: [[Double]?]
    let sacrebleu: [String: [Double]]

    var testDescription: String { name }

    enum CodingKeys: String, CodingKey {
      case name, sentences, bleu, cider, nltk, sacrebleu
      case rougeL = "rouge_l"
    }
  }

  struct Sentence: Decodable, Sendable {
    let candidate: String
    let references: [String]
    let bleu: [Double]
    let rougeL: Double
    let cider: Double

    enum CodingKeys: String, CodingKey {
      case candidate, references, bleu, cider
      case rougeL = "rouge_l"
    }
  }
}
