public import Compute
import Glibc

/// Adam (Kingma and Ba 2015), with each element of the gradient clipped first, as the tutorial does,
/// and decoupled weight decay (Loshchilov and Hutter 2019).
public struct Adam: Sendable {
  public var beta1 = 0.9
  public var beta2 = 0.999
  public var epsilon = 1e-8
  /// Elements of the gradient are clipped to ± this; 0 does not clip.
  public var clip = 5.0
  /// Fraction of each weight taken away at a learning rate of 1.
  public var weightDecay = 0.0

  /// Steps done.
  public internal(set) var steps = 0
  /// Running means of the gradient and of its square.
  public let mean: ParameterSet<Float>
  public let square: ParameterSet<Float>

  /// The optimiser of parameters of these names and extents.
  public init(_ parameters: ParameterSet<Float>, _ options: TrainingOptions) {
    mean = ParameterSet(like: parameters)
    square = ParameterSet(like: parameters)
    clip = options.gradientClip
    weightDecay = options.weightDecay
  }

  /// One step; `threads` share the parameters among them.
  public mutating func update(
    _ parameters: ParameterSet<Float>, gradient: ParameterSet<Float>, learningRate: Double,
    threads: Int
  ) {
    steps += 1
    let correction1 = Float(1 - pow(beta1, Double(steps)))
    let correction2 = Float(1 - pow(beta2, Double(steps)))
    let (beta1, beta2) = (Float(self.beta1), Float(self.beta2))
    for name in parameters.names {
      let decay = name.hasSuffix("weight") ? Float(weightDecay) : 0
      let (w, g, m, v) = (parameters[name], gradient[name], mean[name], square[name])
      let epsilon = Float(self.epsilon)
      let clip = Float(self.clip)
      Parallel.forEachShard(of: w.rows, threads: threads) { rows in
        w[rows: rows].adam(
          gradient: g[rows: rows], mean: m[rows: rows], square: v[rows: rows],
          rate: Float(learningRate), beta1: beta1, beta2: beta2, epsilon: epsilon,
          correction1: correction1, correction2: correction2, clip: clip, decay: decay)
      }
    }
  }
}
