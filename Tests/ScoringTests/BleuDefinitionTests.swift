import Scoring
import Testing

@Suite("Definitions of BLEU by name")
struct BleuDefinitionTests {
  @Test(
    "a method and its options name a definition",
    arguments: [
      ("coco", nil, nil, BleuDefinition.coco), ("nltk", nil, nil, .nltk(.none)),
      ("nltk", 7, nil, .nltk(.shortenedAveraged)), ("sacrebleu", nil, nil, .sacrebleu(.exp)),
      ("sacrebleu", nil, "add-k", .sacrebleu(.addK)),
    ] as [(String, Int?, String?, BleuDefinition)])
  func names(method: String, smoothing: Int?, smooth: String?, expected: BleuDefinition) throws {
    #expect(
      try BleuDefinition(method: method, smoothing: smoothing, smooth: smooth) == expected)
  }

  @Test(
    "what names none is refused with the remedy",
    arguments: [
      ("coco", 1, nil, "--method nltk"), ("coco", nil, "exp", "--method sacrebleu"),
      ("nltk", nil, "exp", "--method sacrebleu"), ("sacrebleu", 1, nil, "--method nltk"),
      ("nltk", 8, nil, "0 to 7"), ("nltk", -1, nil, "0 to 7"), ("sacrebleu", nil, "x", "add-k"),
      ("bleu", nil, nil, "coco, nltk or sacrebleu"),
    ] as [(String, Int?, String?, String)])
  func refused(method: String, smoothing: Int?, smooth: String?, remedy: String) {
    let error = #expect(throws: ScoringError.self) {
      try BleuDefinition(method: method, smoothing: smoothing, smooth: smooth)
    }
    #expect(error?.code == .unknownMethod)
    #expect(error?.message.contains(remedy) == true)
  }
}
