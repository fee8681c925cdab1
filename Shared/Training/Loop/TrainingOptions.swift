import Glibc

/// Every choice of a training run; stored in the checkpoint, so that a run can be repeated.
public struct TrainingOptions: Sendable, Equatable {
  public var epochs = 15
  /// Images a step, each with all of its captions.
  public var imagesPerStep = 32
  /// The learning rate after the warm-up.
  public var learningRate = 1e-3
  /// Steps over which the learning rate rises from zero.
  public var warmupSteps = 100
  /// What the learning rate falls to over the run, along a half cosine, as a share of its peak.
  public var finalLearningRate = 0.02
  /// Per step, the weight of the past in the running mean of the parameters that is validated and
  /// kept (Polyak and Juditsky 1992); 0 keeps the parameters themselves.
  public var averaging = 0.995
  /// Elements of the gradient are clipped to ± this.
  public var gradientClip = 5.0
  public var weightDecay = 0.0
  public var pass = PassOptions()
  /// Threads that share the images of a step. The same seed and number of threads give the same
  /// weights.
  public var threads = 2
  public var seed: UInt64 = 1

  public init() {}

  /// The learning rate of a step, counted from zero, in a run of `total` steps.
  public func learningRate(step: Int, of total: Int) -> Double {
    if step < warmupSteps { return learningRate * Double(step + 1) / Double(warmupSteps) }
    let progress = Double(step - warmupSteps) / Double(max(total - warmupSteps, 1))
    let share = finalLearningRate + (1 - finalLearningRate) * (1 + cos(.pi * progress)) / 2
    return learningRate * share
  }
}
