import Testing

@testable import Reporting

@Suite("Statistics of runs")
struct StatisticsTests {
  @Test("mean and deviation")
  func spread() {
    #expect(Spread([]) == nil)
    #expect(Spread([2])?.deviation == nil)
    let spread = Spread([1, 2, 3, 4])!
    #expect(spread.mean == 2.5 && abs(spread.deviation! - 1.2909944487) < 1e-9)
    #expect(abs(spread.margin! - 1.96 * 1.2909944487 / 2) < 1e-9)
  }

  @Test("seeds of one configuration are one group")
  func groups() throws {
    let folders = try FakeRuns()
    let runs = try [
      folders.make("attend-seed1", seed: 1), folders.make("tell", architecture: "tell"),
      folders.make("attend-seed2", seed: 2),
    ].map { try Run(folder: $0) }
    let groups = RunGroup.groups(runs)
    #expect(groups.map(\.name) == ["attend", "tell"])
    #expect(groups[0].runs.map(\.name) == ["attend-seed1", "attend-seed2"])
  }

  @Test(
    "what names have in common",
    arguments: [
      (["attend-seed1", "attend-seed2"], "attend"), (["a1", "b1"], "a1"), (["x-s1", "x-s2"], "x"),
      (["run_1", "run_22"], "run"),
    ])
  func names(names: [String], common: String) { #expect(RunGroup.commonName(names) == common) }

  @Test("words that repeat, and captions that agree")
  func words() {
    #expect(CaptionWords("a red shirt and a red hat").repeats)
    #expect(!CaptionWords("a dog in the snow and a man in the snowstorm").repeats)
    #expect(CaptionWords("a dog").overlap(CaptionWords("a cat")) == 1.0 / 3)
    #expect(CaptionWords("").overlap(CaptionWords("")) == 1)
  }

  @Test(
    "images are counted once in each question, and differences are the first's less the second's")
  func comparison() throws {
    let folders = try FakeRuns()
    func captions(_ cider: (Int) -> Double, _ word: String) -> String {
      let entries = (0..<90).map {
        "{\"image\":\"\($0).jpg\",\"caption\":\"a \($0 % 2 == 0 ? "dog" : word) \(word)\","
          + "\"cider\":\(cider($0)),\"reference_length\":\($0 / 10),\"rare_words\":\($0 % 4)}"
      }
      return "[" + entries.joined(separator: ",") + "]"
    }
    // The first is better by 0.5 on long references and as good on others.
    let first = try Run(
      folder: folders.make("a", captions: captions({ $0 >= 60 ? 1 : 0.5 }, "runs")))
    let second = try Run(folder: folders.make("b", captions: captions({ _ in 0.5 }, "sits")))
    let comparison = try #require(Comparison(first, named: "a", second, named: "b"))
    #expect(comparison.pairs.count == 90)
    #expect(abs(comparison.all.difference.mean - 0.5 / 3) < 1e-12)
    #expect(comparison.all.verdict == 1)
    for question in comparison.questions {
      #expect(question.buckets.map(\.pairs.count).reduce(0, +) == 90, "\(question.title)")
    }
    let lengths = try #require(comparison.questions.first { $0.title.contains("length") })
    #expect(lengths.buckets.map(\.difference.mean).first == 0)
    #expect(lengths.buckets.last?.difference.mean == 0.5)
    #expect(comparison.furthest(3, ahead: 1).map(\.image) == ["60.jpg", "61.jpg", "62.jpg"])
    #expect(comparison.furthest(3, ahead: -1).isEmpty)
  }
}
