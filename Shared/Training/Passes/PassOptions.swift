/// What a training pass does beside the plain gradient.
public struct PassOptions: Sendable, Equatable, Codable {
  /// Probability of dropping an element of the hidden state before the vocabulary layer.
  public var outputDropout = 0.5
  /// Probability of dropping an element of a word's embedding.
  public var embeddingDropout = 0.0
  /// Probability of dropping an element of a feature map.
  public var featureDropout = 0.0
  /// Share of the target's probability that is spread evenly over the vocabulary.
  public var labelSmoothing = 0.0
  /// Weight of the doubly stochastic term, mean((1 − Σ_t α)²), of Xu and others (2015).
  public var attentionRegularization = 1.0

  public init() {}

  /// No randomness and no additional term.
  public static var plain: PassOptions {
    var options = PassOptions()
    options.outputDropout = 0
    options.attentionRegularization = 0
    return options
  }
}

/// What a training pass measured.
public struct PassResult: Sendable, Equatable, Codable {
  /// Sum of the words' cross-entropies.
  public var loss = 0.0
  /// Sum over captions and cells of (1 − Σ_t α)².
  public var attentionPenalty = 0.0
  /// How many target words were among the five most likely.
  public var top5 = 0
  /// Words predicted.
  public var tokens = 0
  /// Sum of the sampled captions' rewards, and their number.
  public var reward = 0.0
  public var rewarded = 0

  public init() {}

  public static func += (total: inout PassResult, part: PassResult) {
    total.loss += part.loss
    total.attentionPenalty += part.attentionPenalty
    total.top5 += part.top5
    total.tokens += part.tokens
    total.reward += part.reward
    total.rewarded += part.rewarded
  }
}
