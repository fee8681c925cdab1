import FoundationEssentials
import Testing

@testable import Reporting

@Suite("The report on runs")
struct ReportTests {
  @Test("every number of the run folders stands in it")
  func numbers() throws {
    let folders = try FakeRuns()
    let runs = try [
      folders.make("attend-seed1", seed: 1, bleu4: 0.2183, cider: 0.5494),
      folders.make("attend-seed2", seed: 2, bleu4: 0.2217, cider: 0.5532),
      folders.make("tell", architecture: "tell", bleu4: 0.1876, cider: 0.4611),
    ].map { try Run(folder: $0) }
    let report = Report(runs, photographs: [FakeRuns.photograph()])
    let html = try report.html()
    let markdown = try report.markdown(pictures: "report-files").text
    for number in [
      "0.2183", "0.2217", "0.1876", "0.5494", "0.4611", "0.4698", "0.2179",
      // The seeds' means and deviations.
      "0.2200 ± 0.0024", "0.5513 ± 0.0027",
      // Beam 1, what was published, the best epoch, and the costs.
      "0.1911", "0.258", "0.5735", "9239331", "2538", "1014", "912", "4.25", "6.3", "7.8",
    ] {
      #expect(html.contains(">\(number)<"), "\(number)")
      #expect(markdown.contains("\(number)"), "\(number)")
    }
    #expect(flaw(inHTML: html) == nil)
    #expect(html.contains("<strong>0.2217</strong>"))
    #expect(html == (try report.html()))
  }

  @Test("tables of Markdown have as many columns in each row, and pictures are files")
  func markdown() throws {
    let folders = try FakeRuns()
    let run = try Run(folder: folders.make("pipes | *stars* <b> [x](y)"))
    let report = Report(
      [run], photographs: [FakeRuns.photograph(), FakeRuns.photograph("a _i_.jpg")])
    let (text, pictures) = try report.markdown(pictures: "my report-files")
    #expect(text.contains("pipes \\| \\*stars\\* &lt;b&gt; \\[x\\](y)") && !text.contains("<b>"))
    var columns: Int?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("|") else {
        columns = nil
        continue
      }
      let count = line.replacing("\\|", with: "").count { $0 == "|" }
      #expect(columns == nil || columns == count, "\(line)")
      columns = count
    }
    #expect(pictures.count == 3 && Set(pictures.map(\.name)).count == 3)
    for picture in pictures {
      #expect(text.contains("(my%20report-files/\(picture.name))"))
    }
  }

  @Test("files are written, and both kinds by their extension")
  func writing() throws {
    let folders = try FakeRuns()
    let report = Report([try Run(folder: folders.make("a"))])
    try report.write(to: folders.root + "/r.html")
    try report.write(to: folders.root + "/r.md")
    let files = try FileManager.default.contentsOfDirectory(atPath: folders.root + "/r-files")
    #expect(files == ["curves-a.png"])
    let error = #expect(throws: ReportError.self) {
      try report.write(to: folders.root + "/none/r.html")
    }
    #expect(error?.code == .unwritable)
  }

  @Test(
    "a missing file is said in the report",
    arguments: ["config.json", "log.csv", "test.json", "test-captions.json", "best.safetensors"])
  func missing(file: String) throws {
    let folders = try FakeRuns()
    let folder = try folders.make("a")
    try FileManager.default.removeItem(atPath: folder + "/" + file)
    let html = try Report([try Run(folder: folder)]).html()
    #expect(html.contains("<li>a: \(file)</li>"))
    #expect(flaw(inHTML: html) == nil)
  }

  @Test("a folder with nothing of a run is an error")
  func noRun() throws {
    let folders = try FakeRuns()
    for path in [folders.root, folders.root + "/none"] {
      let error = #expect(throws: ReportError.self) { try Run(folder: path) }
      #expect(error?.code == .missing)
      #expect(error?.message.hasPrefix(path) == true)
    }
  }

  @Test(
    "a malformed file is named",
    arguments: [
      ("config.json", "{"), ("config.json", "[]"), ("config.json", "{\"parameters\":\"many\"}"),
      ("test.json", "{}"), ("test.json", "{\"split\":\"test\",\"images\":0,\"beams\":[]}"),
      (
        "test.json",
        "{\"split\":\"test\",\"images\":5,\"beams\":[{\"beam\":3,\"bleu\":[0.1,0.2]}]}"
      ),
      ("test-captions.json", "[{\"image\":\"a.jpg\"}]"), ("test-captions.json", "\u{0}"),
      ("log.csv", "epoch\nx\n"),
    ])
  func malformed(file: String, text: String) throws {
    let folders = try FakeRuns()
    let folder = try folders.make("a")
    try folders.write(text, folder + "/" + file)
    let error = #expect(throws: ReportError.self) { try Run(folder: folder) }
    #expect(error?.code == .malformed)
    #expect(error?.message.hasPrefix("\(folder)/\(file): ") == true)
  }

  @Test("names and captions from files are text and nothing else")
  func escaping() throws {
    let folders = try FakeRuns()
    let hostile = "<script>alert(1)</script>"
    let captions = """
      [{"image":"\(hostile)","caption":"\(hostile)","cider":2}]
      """
    let runs = try [
      folders.make("one" + hostile, captions: captions),
      folders.make(
        "two", architecture: "tell", captions: captions.replacing("2}", with: "1}")),
    ].map { try Run(folder: $0) }
    let report = Report(runs, notes: [hostile])
    let html = try report.html()
    #expect(flaw(inHTML: html) == nil && html.components(of: "<script>") == 1)
    #expect(html.contains("&lt;script&gt;alert(1)"))
    let markdown = try report.markdown(pictures: "f").text
    #expect(!markdown.contains("<script"))
  }

  @Test("an ensemble has scores alone")
  func ensemble() throws {
    let folders = try FakeRuns()
    let folder = folders.root + "/both"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try folders.write(
      """
      {"split":"test","images":10,"beams":[{"beam":3,"bleu":[0.6,0.5,0.4,0.2651]}],"members":["a","b"]}
      """, folder + "/test.json")
    let run = try Run(folder: folder)
    #expect(run.missing == ["test-captions.json"])
    let html = try Report([run], showsPublished: true).html()
    #expect(html.contains(">0.2651<") && html.contains("both (a, b together)"))
  }

  @Test("published scores stand beside Flickr8k alone, unless asked for")
  func published() throws {
    let folders = try FakeRuns()
    let run = try Run(folder: folders.make("a"))
    #expect(try Report([run]).html().contains("SCA-CNN, ResNet"))
    #expect(!(try Report([run], showsPublished: false).html().contains("SCA-CNN")))
  }
}
