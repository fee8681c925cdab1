internal import Tensor

extension Network {
  /// The tensors that a weight file has for the network, by name.
  ///
  /// - Parameters:
  ///   - isFolded: whether the file has a convolution's batch norm folded in.
  ///   - isQuantized: whether the file has a convolution's weights as integers.
  func tensorShapes(
    isFolded: (Convolution) -> Bool = { _ in false },
    isQuantized: (Convolution) -> Bool = { _ in false }
  ) -> [(name: String, shape: Shape)] {
    let ofConvolutions = convolutions.flatMap { _, convolution in
      let weight = (name: convolution.weightName, shape: Shape(convolution.weightExtents))
      let channels = Shape([convolution.outputChannels])
      if isQuantized(convolution) {
        return [weight, (convolution.scaleName, channels), (convolution.biasName, channels)]
      }
      guard let norm = convolution.batchNorm, !isFolded(convolution) else {
        return [weight, (convolution.biasName, channels)]
      }
      return [weight]
        + ["weight", "bias", "running_mean", "running_var"].map { ("\(norm).\($0)", channels) }
    }
    let ofPreactivations = preactivations.flatMap { layer, name in
      ["scale", "shift"].map { (name: "\(name).\($0)", shape: Shape([channels[layer + 1]])) }
    }
    return ofConvolutions + ofPreactivations
  }
}

extension Network.Convolution {
  /// The names in files of the weights, and of the bias where there is no batch norm beside.
  var weightName: String { "\(name).weight" }
  var biasName: String { "\(name).bias" }
  /// What 1 is worth in each output channel of integer weights.
  var scaleName: String { "\(name).scale" }
}
