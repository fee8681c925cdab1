import Glibc

/// How the learning rate changes over a run, and when the run ends early.
public struct LearningRateSchedule: Sendable, Equatable, Codable {
  public enum Shape: String, Sendable, CaseIterable, Codable {
    /// Falls along half a cosine over the whole run (Loshchilov and Hutter 2017).
    case cosine
    /// Falls when the validation score has not risen for a while, as the tutorial has it.
    case plateau
    case constant
  }

  public var shape = Shape.cosine
  /// The learning rate after the warm-up.
  public var peak = 7e-4
  /// Steps over which the learning rate rises from zero.
  public var warmupSteps = 100
  /// What the learning rate falls to by ``Shape/cosine``, as a share of its peak.
  public var final = 0.02
  /// What it is multiplied by on a ``Shape/plateau``.
  public var decay = 0.8
  /// Epochs without a better score before it is multiplied.
  public var decayPatience = 8
  /// Epochs without a better score before the run ends.
  public var stopPatience = 20

  public init() {}

  /// What the epochs so far have come to.
  public struct Progress: Sendable, Equatable, Codable {
    public internal(set) var bestScore = -Double.greatestFiniteMagnitude
    public internal(set) var epochsSinceBest = 0
    public internal(set) var factor = 1.0

    public init() {}
  }

  /// Takes in a validation score, the higher the better. Returns whether it is the best.
  public func record(_ score: Double, _ progress: inout Progress) -> Bool {
    if score > progress.bestScore {
      progress.bestScore = score
      progress.epochsSinceBest = 0
      return true
    }
    progress.epochsSinceBest += 1
    if shape == .plateau, progress.epochsSinceBest % decayPatience == 0 {
      progress.factor *= decay
    }
    return false
  }

  /// Whether the run has not improved for too long.
  public func isExhausted(_ progress: Progress) -> Bool {
    progress.epochsSinceBest >= stopPatience
  }

  /// The learning rate of a step, counted from zero, in a run of `total` steps.
  public func learningRate(step: Int, of total: Int, _ progress: Progress) -> Double {
    if step < warmupSteps {
      return peak * progress.factor * Double(step + 1) / Double(warmupSteps)
    }
    switch shape {
    case .constant, .plateau: return peak * progress.factor
    case .cosine:
      let part = Double(step - warmupSteps) / Double(max(total - warmupSteps, 1))
      return peak * (final + (1 - final) * (1 + cos(.pi * min(part, 1))) / 2)
    }
  }
}
