extension BleuDefinition {
  /// The definition that a method and its options name, as commands and requests give them: `coco`,
  /// `nltk` with a smoothing from 0 to 7 (else 0), `sacrebleu` with one of its smoothings by name
  /// (else `exp`).
  ///
  /// - Throws: ``ScoringError`` with the code `unknownMethod` for a name or number that there is
  ///   not, and for an option of another method.
  public init(method: String, smoothing: Int?, smooth: String?) throws(ScoringError) {
    func refuse(_ message: String) -> ScoringError { ScoringError(.unknownMethod, message) }
    if smoothing != nil && method != "nltk" {
      throw refuse("--smoothing goes with --method nltk; remove one or add the other")
    }
    if smooth != nil && method != "sacrebleu" {
      throw refuse("--smooth goes with --method sacrebleu; remove one or add the other")
    }
    switch method {
    case "coco": self = .coco
    case "nltk":
      guard let smoothing = NLTKSmoothing(rawValue: smoothing ?? 0) else {
        throw refuse("--smoothing is a number from 0 to 7")
      }
      self = .nltk(smoothing)
    case "sacrebleu":
      guard let smoothing = SacreBleuSmoothing(rawValue: smooth ?? "exp") else {
        throw refuse("--smooth is none, floor, add-k or exp")
      }
      self = .sacrebleu(smoothing)
    default:
      throw refuse("there is no method “\(method)”; choose coco, nltk or sacrebleu")
    }
  }
}
