internal import Compute
internal import Tensor

extension TrainingPlanner {
  /// The steps from the gradient by what a layer yields to those by its parameters and by what it
  /// takes.
  mutating func appendBackward(_ layer: Int) throws(OneDNNError) {
    switch network.layers[layer].operation {
    case .maxPooling: preconditionFailure("pooling does not learn")
    case .convolution(let convolution): try appendBackward(convolution, layer: layer)
    case .preactivation(let name): try appendBackward(preactivation: name, layer: layer)
    }
  }

  private mutating func appendBackward(
    _ convolution: Network.Convolution, layer: Int
  ) throws(OneDNNError) {
    guard let gradient = valueGradients.removeValue(forKey: layer + 1) else {
      preconditionFailure("nothing uses what \(convolution.name) yields")
    }
    if let activation = convolution.activation {
      let output = values[layer + 1]!
      try builder.append(
        .init(gradientOf: activation.function, values: output.memory.descriptor),
        [.destination: output, .destinationGradient: gradient, .sourceGradient: gradient])
    }
    try appendParameterGradients(convolution, layer: layer, gradient)
    let input = network.layers[layer].input
    if input > firstLayer {
      try add(try inputGradient(convolution, layer: layer, gradient), to: input)
    }
    // Last, since the gradient of the sum becomes the residual's and may be written to.
    if let residual = convolution.residual, residual > firstLayer {
      try add(gradient, to: residual)
    }
  }

  private mutating func appendParameterGradients(
    _ convolution: Network.Convolution, layer: Int, _ gradient: PlanBuilder.Slot
  ) throws(OneDNNError) {
    let input = network.layers[layer].input
    if convolution.groups > 1,
      builder.appendDepthwiseGradient(
        source: values[input]!, gradient: gradient,
        window: network.layers[layer].operation.window,
        weights: gradients[convolution.weightName], bias: gradients[convolution.biasName])
    {
      return
    }
    let descriptor = try OneDNN.PrimitiveDescriptor(
      convolutionWeightsGradient: .init(convolution.oneDNNWeightExtents, .float32, .any),
      biasGradient: .init([convolution.outputChannels], .float32, .dense),
      source: .init(extents[input], .float32, layout),
      destinationGradient: .init(extents[layer + 1], .float32, layout),
      window: network.layers[layer].operation.window, forward: forwards[layer]!)
    let weights = try builder.block(descriptor.descriptor(of: .weightsGradient))
    try builder.append(
      descriptor,
      [
        .source: try builder.reordered(
          values[input]!, to: descriptor.descriptor(of: .source)),
        .destinationGradient: try builder.reordered(
          gradient, to: descriptor.descriptor(of: .destinationGradient)),
        .weightsGradient: weights, .biasGradient: try bias(convolution, in: gradients),
      ])
    try builder.reorder(weights, to: try self.weights(convolution, in: gradients))
  }

  private mutating func inputGradient(
    _ convolution: Network.Convolution, layer: Int, _ gradient: PlanBuilder.Slot
  ) throws(OneDNNError) -> PlanBuilder.Slot {
    let input = network.layers[layer].input
    let descriptor = try OneDNN.PrimitiveDescriptor(
      convolutionSourceGradient: .init(extents[input], .float32, layout),
      weights: .init(convolution.oneDNNWeightExtents, .float32, .any),
      destinationGradient: .init(extents[layer + 1], .float32, layout),
      window: network.layers[layer].operation.window, forward: forwards[layer]!)
    let result = try builder.block(descriptor.descriptor(of: .sourceGradient))
    try builder.append(
      descriptor,
      [
        .weights: try builder.reordered(
          try weights(convolution, in: parameters), to: descriptor.descriptor(of: .weights)),
        .destinationGradient: try builder.reordered(
          gradient, to: descriptor.descriptor(of: .destinationGradient)),
        .sourceGradient: result,
      ])
    return try builder.reordered(result, to: values[input]!.memory.descriptor)
  }

  /// Adds to the gradient by a value; the first addend becomes the sum.
  mutating func add(
    _ addend: PlanBuilder.Slot, to value: Network.Value
  ) throws(OneDNNError) {
    guard let sum = valueGradients[value] else {
      valueGradients[value] = addend
      return
    }
    try builder.append(
      .init(adding: sum.memory.descriptor),
      [.source: sum, .addend: addend, .destination: sum])
  }
}

extension Network.Activation {
  fileprivate var function: OneDNN.Activation {
    switch self {
    case .relu: .relu
    case .relu6: .clippedReLU(limit: 6)
    }
  }
}
