extension KarpathyDataset {
  /// Reads a file image by image, so that not all of COCO's 145 MB need be in memory.
  ///
  /// - Returns: the data set's name.
  /// - Throws: ``DatasetError``, naming the file and the place where it is wrong.
  static func read(
    path: String, _ body: (Image) throws(DatasetError) -> Void
  ) throws(DatasetError) -> String {
    var stream = try JSONStream(path: path)
    var dataset: String?
    var hasImages = false
    try stream.members { stream, name throws(DatasetError) in
      switch name {
      case "dataset": dataset = try stream.string()
      case "images":
        hasImages = true
        try stream.elements { stream, _ throws(DatasetError) in try body(try image(&stream)) }
      default: try stream.skip()
      }
    }
    try stream.finish()
    guard hasImages else { throw stream.failure("no “images”; is it Karpathy's JSON?") }
    guard let dataset else { throw stream.failure("no “dataset”; is it Karpathy's JSON?") }
    return dataset
  }

  private static func image(_ stream: inout JSONStream) throws(DatasetError) -> Image {
    var filename: String?
    var filepath: String?
    var split: String?
    var imgid: Int?
    var cocoid: Int?
    var sentences: [Sentence]?
    try stream.members { stream, name throws(DatasetError) in
      switch name {
      case "filename": filename = try stream.string()
      case "filepath": filepath = try stream.string()
      case "split": split = try stream.string()
      case "imgid": imgid = try stream.integer()
      case "cocoid": cocoid = try stream.integer()
      case "sentences":
        var list: [Sentence] = []
        try stream.elements { stream, _ throws(DatasetError) in
          list.append(try sentence(&stream))
        }
        sentences = list
      default: try stream.skip()
      }
    }
    guard let filename else { throw stream.failure("no “filename”") }
    guard let imgid else { throw stream.failure("no “imgid”") }
    guard let split else { throw stream.failure("no “split”") }
    guard let sentences else { throw stream.failure("no “sentences”") }
    return Image(
      filename: filename, filepath: filepath, imgid: imgid, cocoid: cocoid, split: split,
      sentences: sentences)
  }

  private static func sentence(_ stream: inout JSONStream) throws(DatasetError) -> Sentence {
    var tokens: [String]?
    var raw: String?
    try stream.members { stream, name throws(DatasetError) in
      switch name {
      case "raw": raw = try stream.string()
      case "tokens":
        var words: [String] = []
        try stream.elements { stream, _ throws(DatasetError) in
          words.append(try stream.string())
        }
        tokens = words
      default: try stream.skip()
      }
    }
    guard let tokens else { throw stream.failure("no “tokens”") }
    return Sentence(tokens: tokens, raw: raw ?? tokens.joined(separator: " "))
  }
}
