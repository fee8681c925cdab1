internal import Compute
internal import Tensor

extension ParameterSet<Float> {
  /// The weights and biases of an encoder's layers from `first` on, batch norms (their statistics
  /// being fixed) folded in.
  ///
  /// A convolution `layer4.0.conv1` has `layer4.0.conv1.weight`, [O, I / groups · kernel · kernel]
  /// in the order of PyTorch's OIHW, and `layer4.0.conv1.bias`, [1, O]; a preactivation
  /// `layer3.1.preact` has `layer3.1.preact.scale` and `layer3.1.preact.shift`, [1, C].
  init(_ weights: NetworkWeights, from first: Int = 0) {
    var names: [String] = []
    var matrices: [String: Matrix<Float>] = [:]
    func add(_ name: String, _ matrix: Matrix<Float>) {
      names.append(name)
      matrices[name] = matrix
    }
    for layer in weights.network.layers[first...] {
      switch layer.operation {
      case .maxPooling: break
      case .convolution(let convolution):
        let (weight, bias) = weights.folded(convolution)
        add(convolution.weightName, weight)
        add(convolution.biasName, bias)
      case .preactivation(let name):
        let (scale, shift) = weights.preactivation(name)
        add("\(name).scale", Matrix(1, scale.shape[0], scale.array(of: Float.self)))
        add("\(name).shift", Matrix(1, shift.shape[0], shift.array(of: Float.self)))
      }
    }
    self.init(names: names, matrices: matrices)
    weights.releasePages()
  }
}

extension NetworkWeights {
  /// A convolution's weights and bias with the batch norm folded in.
  fileprivate func folded(
    _ convolution: Network.Convolution
  ) -> (weight: Matrix<Float>, bias: Matrix<Float>) {
    let (weights, scales, bias) = self.convolution(convolution)
    let channels = convolution.outputChannels
    let weight = Matrix<Float>(channels, weights.shape.elementCount / channels)
    weight.copyElements(from: weights)
    for (channel, scale) in (scales ?? []).enumerated() {
      weight[rows: channel..<channel + 1].scale(by: scale)
    }
    return (weight, Matrix(1, channels, bias.array(of: Float.self)))
  }
}
