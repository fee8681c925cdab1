import Datasets
import FoundationEssentials

/// Captions in the form that COCO's evaluation takes: `[{"image_id": 1, "caption": "…"}, …]`.
enum COCOResults {
  private struct Entry: Encodable {
    var imageID: Int
    var caption: String

    enum CodingKeys: String, CodingKey {
      case imageID = "image_id"
      case caption
    }
  }

  /// - Throws: ``DatasetError`` when the file cannot be written.
  static func write(_ captions: [String], identifiers: [Int], to path: String) throws {
    let entries = zip(identifiers, captions).map { Entry(imageID: $0, caption: $1) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      try encoder.encode(entries).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw DatasetError(.unwritable, "\(path): cannot be written")
    }
  }
}
