import FoundationEssentials

extension ScoreFiles {
  /// Pairs a results file, `[{"image_id", "caption"}, …]`, with an annotations file,
  /// `{"annotations": [{"image_id", "caption"}, …], …}`. Other keys are of no concern.
  static func coco(_ candidates: File, _ references: File) throws(ScoringError) -> [Item] {
    let results: [Caption] = try candidates.decoded(
      form: #"a list of {"image_id", "caption"}, COCO's form of results"#)
    let annotations: Annotations = try references.decoded(
      form: #"{"annotations": [{"image_id", "caption"}, …]}, COCO's form of references"#)

    var captions: [ImageID: [String]] = [:]
    var order: [ImageID] = []
    for (index, annotation) in annotations.annotations.enumerated() {
      if Tokenization.none.words(of: annotation.caption).isEmpty {
        throw ScoringError(
          .emptyReference,
          """
          \(references.name): annotations[\(index)], a reference for image \(annotation.image), \
          is empty; write it or remove it
          """)
      }
      if captions[annotation.image] == nil { order.append(annotation.image) }
      captions[annotation.image, default: []].append(annotation.caption)
    }

    var places: [ImageID: Int] = [:]
    var items: [Item] = []
    for (index, result) in results.enumerated() {
      let image = result.image
      if let first = places.updateValue(index, forKey: image) {
        throw ScoringError(
          .duplicateImage,
          "\(candidates.name): [\(first)] and [\(index)] both caption image \(image); keep one")
      }
      guard let texts = captions[image] else {
        throw ScoringError(
          .missingImage,
          """
          \(candidates.name): [\(index)] captions image \(image), which has no reference in \
          \(references.name); add one or remove the caption
          """)
      }
      items.append(Item(candidate: result.caption, references: texts))
    }
    let missing = order.filter { places[$0] == nil }
    if !missing.isEmpty {
      let some = missing.prefix(5).map(\.description).joined(separator: ", ")
      let rest = missing.count > 5 ? " and \(missing.count - 5) more" : ""
      throw ScoringError(
        .missingImage,
        """
        \(candidates.name): holds no caption for image \(some)\(rest) of \(references.name); add \
        it, or remove those references to score the others alone
        """)
    }
    return items
  }

  private struct Annotations: Decodable {
    let annotations: [Caption]
  }

  private struct Caption: Decodable {
    let image: ImageID
    let caption: String

    enum CodingKeys: String, CodingKey {
      case image = "image_id"
      case caption
    }
  }

  /// A number in COCO's own files, a string in some others; 7 and "7" are the same image.
  private struct ImageID: Decodable, Hashable, CustomStringConvertible {
    let description: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Int.self) {
        description = String(number)
      } else {
        description = try container.decode(String.self)
      }
    }
  }
}

extension ScoreFiles.File {
  /// The content as JSON of a known form.
  fileprivate func decoded<Value: Decodable>(
    _ type: Value.Type = Value.self, form: String
  ) throws(ScoringError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(text))
    } catch {
      throw ScoringError(.malformedFile, "\(name): \(Self.problem(error)); it must be \(form)")
    }
  }

  private static func problem(_ error: any Error) -> String {
    func place(_ path: [any CodingKey]) -> String {
      if path.isEmpty { return "the whole" }
      return path.reduce("") { text, key in
        if let index = key.intValue { return text + "[\(index)]" }
        return text.isEmpty ? key.stringValue : text + "." + key.stringValue
      }
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context):
      return "\(place(context.codingPath + [key])) is missing"
    case .typeMismatch(_, let context): return "\(place(context.codingPath)) has another type"
    case .valueNotFound(_, let context): return "\(place(context.codingPath)) is null"
    default: return "is not valid JSON"
    }
  }
}
