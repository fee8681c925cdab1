import Datasets
import FoundationEssentials

/// What a preparation made, for people and for programs.
struct PreparationSummary {
  private let report: PreparationReport
  private let seconds: Double

  init(_ report: PreparationReport, seconds: Double) {
    self.report = report
    self.seconds = seconds
  }

  var text: String {
    var lines = ["\(report.files.base) in \(report.files.folder)"]
    for split in report.splits {
      lines.append("  \(split.split.rawValue)  \(split.images) images, \(split.captions) captions")
    }
    lines.append(
      "  words  \(report.vocabularyCount) in the word map, of \(report.distinctWords) that occur")
    for (count, what) in [
      (report.badImages, "images that cannot be read"),
      (report.imagesWithoutCaption, "images without a caption that is short enough"),
      (report.imagesOfNoSplit, "images of no split"),
      (report.longCaptions, "captions that are too long"),
      (report.wordlessCaptions, "captions without a word"),
    ] where count > 0 {
      lines.append("  left out  \(count) \(what)")
    }
    lines.append("  \(seconds.rounded(1)) s")
    return lines.joined(separator: "\n")
  }

  private struct Record: Encodable {
    let folder, base: String
    let images, captions: [String: Int]
    let vocabulary, distinctWords, badImages, imagesWithoutCaption, imagesOfNoSplit: Int
    let longCaptions, wordlessCaptions: Int
    let seconds: Double
  }

  var json: String {
    func count(_ number: (PreparationReport.Split) -> Int) -> [String: Int] {
      Dictionary(uniqueKeysWithValues: report.splits.map { ($0.split.rawValue, number($0)) })
    }
    let record = Record(
      folder: report.files.folder, base: report.files.base, images: count(\.images),
      captions: count(\.captions), vocabulary: report.vocabularyCount,
      distinctWords: report.distinctWords, badImages: report.badImages,
      imagesWithoutCaption: report.imagesWithoutCaption,
      imagesOfNoSplit: report.imagesOfNoSplit, longCaptions: report.longCaptions,
      wordlessCaptions: report.wordlessCaptions, seconds: seconds.rounded(3))
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings and finite numbers always encode.
    return String(decoding: try! encoder.encode(record), as: UTF8.self)
  }
}
