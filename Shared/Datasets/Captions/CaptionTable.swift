/// One's own captions: a table with a line for each, as CSV (RFC 4180) with a header that has the
/// columns `image` and `caption`, or as JSON Lines with the same keys.
struct CaptionTable {
  /// Images in the order in which they first appear, each with its captions.
  private(set) var images: [(path: String, captions: [String])] = []
  private var places: [ExactPath: Int] = [:]

  /// Paths by their bytes, as the file system tells them apart.
  private struct ExactPath: Hashable {
    let bytes: [UInt8]
    init(_ path: String) { bytes = Array(path.utf8) }
  }

  /// The format is told from the first byte: a JSON object begins with a brace.
  ///
  /// - Throws: ``DatasetError``, naming the file and the line.
  init(path: String) throws(DatasetError) {
    let first = try ByteStream(path: path).peek()
    if first == UInt8(ascii: "{") {
      try readJSONLines(path)
    } else {
      try readCSV(path)
    }
    if images.isEmpty {
      throw DatasetError(.malformed, "\(path): has no captions")
    }
  }

  private mutating func add(_ image: String, _ caption: String) {
    let key = ExactPath(image)
    if let place = places[key] {
      images[place].captions.append(caption)
    } else {
      places[key] = images.count
      images.append((image, [caption]))
    }
  }

  private mutating func readJSONLines(_ path: String) throws(DatasetError) {
    var stream = try JSONStream(path: path)
    while try !stream.isAtEnd() {
      var image: String?
      var caption: String?
      try stream.members { stream, name throws(DatasetError) in
        switch name {
        case "image": image = try stream.string()
        case "caption": caption = try stream.string()
        default: try stream.skip()
        }
      }
      guard let image, !image.isEmpty else { throw stream.failure("a line without “image”") }
      guard let caption else { throw stream.failure("a line without “caption”") }
      add(image, caption)
    }
  }

  private mutating func readCSV(_ path: String) throws(DatasetError) {
    var reader = try CSVReader(path: path)
    let header = try reader.row() ?? []
    guard let image = header.firstIndex(of: "image"),
      let caption = header.firstIndex(of: "caption")
    else {
      throw DatasetError(
        .malformed,
        "\(path): its first line must name the columns image and caption, separated by commas")
    }
    while let row = try reader.row() {
      guard row.count == header.count else {
        throw reader.failure(
          "\(row.count) fields, but the first line names \(header.count) columns; put a caption "
            + "that has a comma into double quotes")
      }
      guard !row[image].isEmpty else { throw reader.failure("no image is named") }
      add(row[image], row[caption])
    }
  }
}
