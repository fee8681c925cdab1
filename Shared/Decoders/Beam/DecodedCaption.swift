/// What beam search found for one image.
public struct DecodedCaption: Sendable {
  /// One beam, without its start and end marks.
  public struct Beam: Sendable {
    /// Word ids.
    public var words: [Int]
    /// The sum of the words' log-probabilities and, where it ended, of the end mark's.
    public var logProbability: Float
    /// Each word's log-probability after those before it.
    public var wordLogProbabilities: [Float]
    /// Whether the beam ended by itself and was not cut off at the longest length.
    public var finished: Bool
    /// For each word the attention over the feature map's cells; empty without attention.
    public var attention: [[Float]]
    /// For each word β, the weight of the visual sentinel; empty for a decoder without one.
    public var sentinel: [Float] = []
  }

  /// The beams, the chosen one first: the best that ended, then those that did not, if they were
  /// followed (``BeamSearch/endsWhenDecided``).
  public var beams: [Beam]

  /// The caption.
  public var best: Beam { beams[0] }
}
