/// Writes a ``Network`` down layer by layer; every method returns the result of the layer it adds.
struct NetworkBuilder {
  private(set) var network: Network

  /// - Parameter batchNormEpsilon: what is added to every batch norm's variance.
  init(imageChannels: Int = 3, batchNormEpsilon: Float) {
    network = Network(
      layers: [], batchNormEpsilon: batchNormEpsilon, channels: [imageChannels])
  }

  /// A convolution and its batch norm, named as in weight files (nil where those have it folded
  /// in); then `residual` is added and the
  /// activation applied.
  mutating func convolution(
    _ name: String, _ batchNorm: String?, of input: Network.Value, to channels: Int, kernel: Int,
    stride: Int = 1, padding: Network.Padding = .symmetric(0), depthwise: Bool = false,
    adding residual: Network.Value? = nil, activation: Network.Activation? = nil
  ) -> Network.Value {
    let inputChannels = network.channels[input]
    let convolution = Network.Convolution(
      name: name, inputChannels: inputChannels, outputChannels: channels, kernel: kernel,
      stride: stride, padding: padding, groups: depthwise ? inputChannels : 1,
      batchNorm: batchNorm, residual: residual, activation: activation)
    return append(.convolution(convolution), input, channels)
  }

  mutating func maxPooling(
    of input: Network.Value, kernel: Int, stride: Int, padding: Network.Padding
  ) -> Network.Value {
    append(
      .maxPooling(kernel: kernel, stride: stride, padding: padding), input,
      network.channels[input])
  }

  /// A batch norm, of that name in weight files, and ReLU.
  mutating func preactivation(_ name: String, of input: Network.Value) -> Network.Value {
    append(.preactivation(name: name), input, network.channels[input])
  }

  private mutating func append(
    _ operation: Network.Operation, _ input: Network.Value, _ channels: Int
  ) -> Network.Value {
    network.layers.append(.init(operation: operation, input: input))
    network.channels.append(channels)
    return network.output
  }
}
