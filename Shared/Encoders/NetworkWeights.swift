internal import Tensor
internal import WeightFiles

/// A network's weights as they are in a file, read one layer at a time.
struct NetworkWeights {
  let network: Network
  private let file: WeightFile
  /// What stands before every name in the file, such as "module.".
  private let prefix: String

  /// Checks that the file has all of the network's tensors in the right shapes.
  ///
  /// - Throws: ``EncoderError`` `mismatch` that says what is expected and what was found.
  init(_ network: Network, in file: WeightFile) throws(EncoderError) {
    self.network = network
    self.file = file
    self.prefix = Self.prefix(of: network, in: file)
    for (name, shape) in network.tensorShapes {
      guard let tensor = file.tensors[prefix + name] else {
        throw EncoderError(
          code: .mismatch,
          "\(file.path): lacks the tensor \(name) of shape \(shape); it is not a file of this "
            + "architecture")
      }
      guard tensor.shape == shape else {
        throw EncoderError(
          code: .mismatch,
          "\(file.path): the tensor \(name) should have the shape \(shape) and has \(tensor.shape)")
      }
      guard [.float16, .float32, .float64].contains(tensor.elementType) else {
        throw EncoderError(
          code: .mismatch,
          "\(file.path): the tensor \(name) should hold real numbers and holds "
            + "\(tensor.elementType.rawValue)")
      }
    }
  }

  /// Checkpoints put all tensors under a name ("state_dict.", "module."): the shortest prefix
  /// under which the first tensor is there.
  private static func prefix(of network: Network, in file: WeightFile) -> String {
    guard let first = network.tensorShapes.first?.name else { return "" }
    let prefixes = file.tensors.keys.filter { $0.hasSuffix(first) }.map {
      String($0.dropLast(first.count))
    }
    return prefixes.filter { $0.isEmpty || $0.hasSuffix(".") }
      .min { ($0.utf8.count, $0) < ($1.utf8.count, $1) } ?? ""
  }

  /// The tensor as it is in the file.
  func tensor(_ name: String) -> Tensor { file.tensors[prefix + name]! }

  /// The weights [O, I / groups, kernel, kernel] and the bias [O] of a convolution with its batch
  /// norm folded in: w·γ/√(σ² + ε) and β − μ·γ/√(σ² + ε).
  func folded(_ convolution: Network.Convolution) -> (weights: Tensor, bias: Tensor) {
    let norm = convolution.batchNorm
    let gamma = reals("\(norm).weight")
    let beta = reals("\(norm).bias")
    let mean = reals("\(norm).running_mean")
    let variance = reals("\(norm).running_var")
    let scale = gamma.indices.map {
      Double(gamma[$0]) / (Double(variance[$0]) + Double(network.batchNormEpsilon)).squareRoot()
    }
    let bias = scale.indices.map { Float(Double(beta[$0]) - Double(mean[$0]) * scale[$0]) }
    let channels = convolution.outputChannels
    let weights = reals("\(convolution.name).weight")
    let perChannel = weights.count / channels
    let folded = Tensor(Shape(convolution.weightExtents), of: Float.self) { target in
      for channel in 0..<channels {
        let factor = Float(scale[channel])
        for index in (channel * perChannel)..<((channel + 1) * perChannel) {
          target[index] = weights[index] * factor
        }
      }
    }
    return (folded, Tensor([channels], bias))
  }

  /// Gives back the memory in which the file's bytes were read.
  func releasePages() { file.releasePages() }

  private func reals(_ name: String) -> [Float] {
    let tensor = tensor(name)
    return switch tensor.elementType {
    case .float16: tensor.array(of: Float16.self).map(Float.init)
    case .float64: tensor.array(of: Double.self).map(Float.init)
    default: tensor.array(of: Float.self)
    }
  }
}

extension Network {
  /// The tensors that a weight file has for the network, by name.
  var tensorShapes: [(name: String, shape: Shape)] {
    convolutions.flatMap { _, convolution in
      [("\(convolution.name).weight", Shape(convolution.weightExtents))]
        + ["weight", "bias", "running_mean", "running_var"].map {
          ("\(convolution.batchNorm).\($0)", Shape([convolution.outputChannels]))
        }
    }
  }
}
