public import Compute

/// Batch normalisation (Ioffe and Szegedy 2015) of [rows, features], with PyTorch's epsilon and
/// momentum.
public struct BatchNorm<Scalar: Real>: Sendable {
  static var epsilon: Double { 1e-5 }
  static var momentum: Double { 0.1 }

  let weight: Matrix<Scalar>
  let bias: Matrix<Scalar>
  let runningMean: Matrix<Scalar>
  let runningVariance: Matrix<Scalar>

  public init(_ parameters: ParameterSet<Scalar>, _ name: String) {
    weight = parameters["\(name).weight"]
    bias = parameters["\(name).bias"]
    runningMean = parameters["\(name).running_mean"]
    runningVariance = parameters["\(name).running_var"]
  }

  /// Normalises each column by the running statistics, in place.
  public func infer(_ x: Matrix<Scalar>) {
    for column in 0..<x.columns {
      let scale =
        weight[0, column] / (runningVariance[0, column] + Scalar(Self.epsilon)).squareRoot()
      let shift = bias[0, column] - runningMean[0, column] * scale
      for row in 0..<x.rows { x[row, column] = x[row, column] * scale + shift }
    }
  }

  /// What ``train(_:)`` leaves for ``accumulate(into:_:dy:)``.
  public struct Activations: Sendable {
    /// The normalised input, before weight and bias.
    let normalized: Matrix<Scalar>
    /// 1/σ of each column.
    let inverseDeviation: [Scalar]
  }

  /// Normalises each column by the batch's own statistics, in place, and moves the running ones
  /// towards them. A batch of a single row has no variance: it is normalised as in inference.
  public func train(_ x: Matrix<Scalar>) -> Activations {
    let normalized = Matrix<Scalar>(x.rows, x.columns)
    var inverseDeviation = [Scalar](repeating: 0, count: x.columns)
    let count = Scalar(x.rows)
    for column in 0..<x.columns {
      var mean = runningMean[0, column]
      var variance = runningVariance[0, column]
      if x.rows > 1 {
        mean = 0
        for row in 0..<x.rows { mean += x[row, column] }
        mean /= count
        variance = 0
        for row in 0..<x.rows {
          let difference = x[row, column] - mean
          variance += difference * difference
        }
        variance /= count
        let momentum = Scalar(Self.momentum)
        runningMean[0, column] += momentum * (mean - runningMean[0, column])
        // The running variance is of the population: PyTorch's, over n − 1.
        let unbiased = variance * count / (count - 1)
        runningVariance[0, column] += momentum * (unbiased - runningVariance[0, column])
      }
      let inverse = 1 / (variance + Scalar(Self.epsilon)).squareRoot()
      inverseDeviation[column] = inverse
      for row in 0..<x.rows {
        let value = (x[row, column] - mean) * inverse
        normalized[row, column] = value
        x[row, column] = value * weight[0, column] + bias[0, column]
      }
    }
    return Activations(normalized: normalized, inverseDeviation: inverseDeviation)
  }

  /// The gradient of ``train(_:)``: adds those of weight and bias to `gradient` and turns `dy` into
  /// ∂x.
  public func accumulate(
    into gradient: BatchNorm, _ activations: Activations, dy: Matrix<Scalar>
  ) {
    let count = Scalar(dy.rows)
    for column in 0..<dy.columns {
      var sum: Scalar = 0
      var product: Scalar = 0
      for row in 0..<dy.rows {
        sum += dy[row, column]
        product += dy[row, column] * activations.normalized[row, column]
      }
      gradient.bias[0, column] += sum
      gradient.weight[0, column] += product
      let scale = weight[0, column] * activations.inverseDeviation[column]
      // One row alone was normalised by constants.
      let (meanSum, meanProduct) = dy.rows > 1 ? (sum / count, product / count) : (0, 0)
      for row in 0..<dy.rows {
        dy[row, column] =
          scale
          * (dy[row, column] - meanSum - activations.normalized[row, column] * meanProduct)
      }
    }
  }
}
