/// Every choice of a training run; stored in the run's `config.json`, so that it can be repeated.
public struct TrainingOptions: Sendable, Equatable, Codable {
  /// What is minimised.
  public enum Objective: String, Sendable, CaseIterable, Codable {
    /// The cross-entropy of the captions' words under teacher forcing.
    case crossEntropy = "cross-entropy"
    /// Self-critical sequence training (Rennie and others 2017): the CIDEr-D of sampled captions is
    /// raised, each against the mean of the image's other samples.
    case selfCritical = "self-critical"
  }

  public var objective = Objective.crossEntropy
  public var epochs = 15
  /// Images a step, each with all of its captions.
  public var imagesPerStep = 16
  public var schedule = LearningRateSchedule()
  /// Per step, the weight of the past in the running mean of the parameters that is validated and
  /// kept (Polyak and Juditsky 1992); 0 keeps the parameters themselves.
  public var averaging = 0.998
  /// Elements of the gradient are clipped to ± this.
  public var gradientClip = 5.0
  public var weightDecay = 0.0
  /// The encoder's learning rate as a share of the decoder's, where the encoder learns.
  public var encoderShare = 0.25
  public var pass = PassOptions()
  /// Probability, reached in the last epoch, that a word that is fed is the model's own instead of
  /// the caption's (Bengio and others 2015).
  public var scheduledSampling = 0.0
  /// Captions sampled an image under ``Objective/selfCritical``.
  public var samples = 5
  /// What a sampled caption's BLEU-4 of 1 counts beside its CIDEr-D.
  public var bleuReward = 0.0
  /// What logits are divided by when captions are sampled: below 1, samples are closer to what the
  /// search finds.
  public var temperature = 1.0
  /// Under ``Objective/selfCritical``, the weight of the captions' own cross-entropy beside the
  /// reward, which keeps the model from forgetting the language.
  public var crossEntropyShare = 0.0
  /// Threads that share the images of a step. The same seed and number of threads give the same
  /// weights.
  public var threads = 2
  public var seed: UInt64 = 1

  public init() {}
}
