extension BleuDefinition: CustomStringConvertible {
  /// The program, and its smoothing where it has a choice.
  public var description: String {
    switch self {
    case .coco: "coco-caption"
    case .nltk(let smoothing): "NLTK (smoothing \(smoothing.rawValue))"
    case .sacrebleu(let smoothing): "sacreBLEU (smooth \(smoothing.rawValue))"
    }
  }

  /// The range of the scores, for people.
  var scale: String {
    switch self {
    case .coco, .nltk: "0 to 1"
    case .sacrebleu: "0 to 100"
    }
  }
}
