/// The three programs whose BLEU (Papineni et al. 2002) people quote. They agree on long sentences
/// that match well and differ on short ones and on zero counts, so a figure needs its definition.
public enum BleuDefinition: Hashable, Sendable {
  /// coco-caption's, from 0 to 1: what papers on captioning report.
  case coco
  /// NLTK's `corpus_bleu`, from 0 to 1.
  case nltk(NLTKSmoothing)
  /// sacreBLEU's, from 0 to 100, its tokenizer off. (Post 2018, "A Call for Clarity in Reporting
  /// BLEU Scores")
  case sacrebleu(SacreBleuSmoothing)

  /// NLTK's `SmoothingFunction().method0` to `method7`, after Chen and Cherry (2014), "A Systematic
  /// Comparison of Smoothing Techniques for Sentence-Level BLEU".
  public enum NLTKSmoothing: Int, CaseIterable, Sendable {
    /// A precision of zero becomes the smallest normal number.
    case none = 0
    /// A count of zero becomes 0.1.
    case epsilon
    /// One is added to both counts from bigrams on.
    case addOne
    /// The k-th count of zero becomes 2⁻ᵏ, as NIST's mteval does it.
    case geometric
    /// As `geometric`, smaller for short hypotheses.
    case shortened
    /// Each precision becomes the mean of itself and its neighbours.
    case averaged
    /// From trigrams on, a prior is extrapolated from the two orders below.
    case extrapolated
    /// `shortened`, then `averaged`.
    case shortenedAveraged
  }

  /// sacreBLEU's `smooth_method`, with its default values.
  public enum SacreBleuSmoothing: String, CaseIterable, Sendable {
    case none
    /// A count of zero becomes 0.1.
    case floor
    /// One is added to both counts from bigrams on.
    case addK = "add-k"
    /// The k-th count of zero becomes 2⁻ᵏ; what sacreBLEU does when not told otherwise.
    case exp
  }
}
