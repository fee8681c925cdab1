import Foundation
import Scoring
import Testing

@Suite("Reports")
struct ScoreReportTests {
  struct Decoded: Decodable {
    let bleu: [Double]
    let rougeL: Double
    let cider: Double

    enum CodingKeys: String, CodingKey {
      case bleu, cider
      case rougeL = "rouge_l"
    }
  }

  @Test("JSON keeps every digit")
  func json() throws {
    let report = ScoreReport(
      definition: .coco, sentenceCount: 3, bleu: [0.1, 1 / 3, 2.604077363927929e-12, 1e-300],
      rougeL: 0.30000000000000004, cider: 0)
    let decoded = try JSONDecoder().decode(Decoded.self, from: Data(report.json.utf8))
    #expect(decoded.bleu == report.bleu)
    #expect(decoded.rougeL == report.rougeL)
    #expect(decoded.cider == report.cider)
    let object = try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any]
    #expect(object?.keys.sorted() == ["bleu", "cider", "rouge_l"])
  }

  @Test("the table says whose BLEU it is and on which scale")
  func table() {
    let report = ScoreReport(
      definition: .sacrebleu(.exp), sentenceCount: 1000, bleu: [66.66666, 50.00005, 33.3, 100],
      rougeL: 0.05, cider: 0.99996)
    #expect(
      report.table == """
        1000 sentences, BLEU as sacreBLEU (smooth exp) defines it

        score        value  scale
        BLEU-1     66.6667  0 to 100
        BLEU-2     50.0001  0 to 100
        BLEU-3     33.3000  0 to 100
        BLEU-4    100.0000  0 to 100
        ROUGE-L     0.0500  0 to 1
        CIDEr-D     1.0000  0 to 10
        """)
  }
}
