/// A run's `test.json`, as `captionmesh evaluate` writes it.
struct TestScores: Sendable, Decodable {
  struct Beam: Sendable, Decodable {
    var beam: Int
    /// BLEU-1 to 4 by coco-caption's definition.
    var bleu: [Double]
    var bleuNLTK: [Double]?
    var rougeL: Double?
    var cider: Double?
    /// For all images.
    var seconds: Double?
    var meanLength: Double?
    var unfinished: Int?

    enum CodingKeys: String, CodingKey {
      case beam, bleu, cider, seconds, unfinished
      case bleuNLTK = "bleu_nltk"
      case rougeL = "rouge_l"
      case meanLength = "mean_length"
    }
  }

  var split: String
  var images: Int
  /// Turning the photographs into features, once for all beams.
  var encodingSeconds: Double?
  /// The exponent of the length that scores are divided by; 0 for none.
  var lengthNormalization: Double?
  /// The length of the word sequences that may not come twice; 0 for none.
  var blockedNgram: Int?
  var beams: [Beam]
  /// The models of an ensemble.
  var members: [String]?

  /// What people call the members: the run's folder where it is the best checkpoint of a run.
  var memberNames: [String]? {
    members?.map { path in
      let parts = path.split(separator: "/")
      guard parts.count > 1, parts.last == "best.safetensors" else { return path }
      return String(parts[parts.count - 2])
    }
  }

  enum CodingKeys: String, CodingKey {
    case split, images, beams, members
    case encodingSeconds = "encoding_seconds"
    case lengthNormalization = "length_normalization"
    case blockedNgram = "blocked_ngram"
  }

  /// The options of the search that are not the usual ones.
  var searchOptions: [String] {
    var options: [String] = []
    if let lengthNormalization, lengthNormalization != 0 {
      options.append("length normalisation \(lengthNormalization)")
    }
    if let blockedNgram, blockedNgram != 0 { options.append("no \(blockedNgram)-gram twice") }
    return options
  }

  /// The scores that runs are compared by: three beams, or the most there are.
  var headline: Beam? { beam(3) ?? beams.max { $0.beam < $1.beam } }

  func beam(_ width: Int) -> Beam? { beams.first { $0.beam == width } }

  /// What is wrong with it; nil when it is sound.
  var flaw: String? {
    if images < 1 { return "has no images" }
    for beam in beams where beam.bleu.count != 4 || (beam.bleuNLTK?.count ?? 4) != 4 {
      return "has \(beam.bleu.count) BLEU scores at beam \(beam.beam), expected 4"
    }
    return nil
  }
}

/// One entry of a run's `test-captions.json`.
struct TestCaption: Sendable, Decodable {
  var image: String
  var caption: String
  var bleu4: Double?
  var cider: Double
  /// The mean words of the image's references.
  var referenceLength: Double?
  /// Distinct words of its references that are seen fewer than 20 times in training captions.
  var rareWords: Int?

  enum CodingKeys: String, CodingKey {
    case image, caption, bleu4, cider
    case referenceLength = "reference_length"
    case rareWords = "rare_words"
  }
}
