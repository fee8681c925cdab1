import FoundationEssentials
import Testing

@testable import Reporting

@Suite("Attention over a photograph")
struct AttentionTests {
  private struct Case: Decodable {
    struct Sample: Decodable {
      var x: Int
      var y: Int
      var value: Double
    }
    var rows: Int
    var columns: Int
    var weights: [Float]
    var samples: [Sample]
  }

  @Test("maps are scikit-image's pyramid_expand(upscale=24, sigma=8)")
  func golden() throws {
    let path = #filePath.replacing(
      "ReportingTests/AttentionTests.swift", with: "Fixtures/Attention/attention.json")
    let cases = try JSONDecoder().decode(
      [Case].self, from: Data(contentsOf: URL(filePath: path)))
    #expect(cases.count == 4)
    for golden in cases {
      let map = AttentionMap(golden.weights, rows: golden.rows, columns: golden.columns)
      let worst = golden.samples.map { abs(map.values[$0.y * map.width + $0.x] - $0.value) }.max()
      #expect(worst! < 1e-9, "\(golden.rows)×\(golden.columns)")
    }
  }

  @Test("an even map is evenly dim, and a sharp one reaches full brightness")
  func shares() {
    let even = AttentionMap([Float](repeating: 1 / 64, count: 64), rows: 8, columns: 8).shares
    #expect(even.allSatisfy { abs($0 - 1.0 / 3) < 1e-6 })
    var sharp = [Float](repeating: 0, count: 64)
    sharp[27] = 1
    let shares = AttentionMap(sharp, rows: 8, columns: 8).shares
    #expect(shares.max() == 1 && shares.min()! < 1e-6)
    #expect(AttentionMap([0, 0], rows: 1, columns: 2).shares.allSatisfy { $0 == 0 })
    // Weights come over the wire too.
    for weights: [Float] in [[.nan, 1], [.infinity, 1], [-5, 1], [.greatestFiniteMagnitude, 0]] {
      let shares = AttentionMap(weights, rows: 1, columns: 2).shares
      #expect(shares.allSatisfy { (0...1).contains($0) })
    }
  }

  @Test(
    "places have names",
    arguments: [
      ([1, 0, 0, 0, 0, 0, 0, 0, 0], "looked at the upper left"),
      ([0, 0, 0, 0, 1, 0, 0, 0, 0], "looked at the centre"),
      ([0, 0, 0, 0, 0, 0, 0, 1, 0], "looked at the bottom"),
      ([1, 1, 1, 1, 1, 1, 1, 1, 1], "looked all over"),
      ([0, 0, 0, 0, 0, 0, 0, 0, 0], "looked nowhere"),
    ] as [([Float], String)])
  func whereabouts(weights: [Float], name: String) {
    #expect(Whereabouts.text(weights, rows: 3, columns: 3) == name)
  }

  @Test("the page is well-formed, stands alone, and escapes what it is given")
  func page() throws {
    let html = try AttentionPage(FakeRuns.photograph()).html()
    #expect(flaw(inHTML: html) == nil)
    #expect(!html.contains("a <i>.jpg") && html.contains("a &lt;i&gt;.jpg"))
    #expect(html.contains("dog &amp; &quot;cat&quot;") && html.contains("attend &lt;1&gt;"))
    #expect(html.contains("β&#160;0.25") && html.contains("β&#160;0.75"))
    // Nothing is fetched: every address is inside the page.
    for part in html.split(separator: "src=\"").dropFirst() { #expect(part.hasPrefix("data:")) }
    #expect(!html.contains("http://") && !html.contains("https://"))
    #expect(html == (try AttentionPage(FakeRuns.photograph()).html()))
  }

  @Test("the picture has a panel a word and the photograph's aspect ratio")
  func figure() throws {
    let bytes = try AttentionFigure(FakeRuns.photograph(), scale: 1).png()
    #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(bytes.elementsEqual(try AttentionFigure(FakeRuns.photograph(), scale: 1).png()))
  }

  @Test("control characters and hostile names do no harm")
  func hostile() throws {
    let photograph = FakeRuns.photograph(
      "</title><script>alert(1)</script>", word: "\u{0}\u{1B}]]>' onmouseover='x")
    let html = try AttentionPage(photograph).html()
    #expect(flaw(inHTML: html) == nil)
    #expect(html.components(of: "<script>") == 1 && !html.contains("' onmouseover='"))
    #expect(try AttentionFigure(photograph).png().count > 100)
  }
}

extension String {
  /// How often `part` stands in it.
  func components(of part: String) -> Int {
    split(separator: part, omittingEmptySubsequences: false).count - 1
  }
}
