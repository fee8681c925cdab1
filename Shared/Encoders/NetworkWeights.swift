internal import Tensor
internal import WeightFiles

/// A network's weights as they are in a file, read one layer at a time.
///
/// A convolution has its batch norm's tensors beside it, as in published files, or a bias, where the
/// batch norm is folded in. In a quantized network it also has a scale where its weights are
/// integers, and there is one more tensor, see ``Quantization/stepsName``.
struct NetworkWeights {
  let network: Network
  /// The tensors that the file has for the network, without what stands before their names.
  let tensorShapes: [(name: String, shape: Shape)]
  private let file: WeightFile
  /// What stands before every name in the file, such as "module.".
  private let prefix: String

  /// Checks that the file has all of the network's tensors in the right shapes.
  ///
  /// - Throws: ``EncoderError`` `mismatch` that says what is expected and what was found.
  init(_ network: Network, in file: WeightFile) throws(EncoderError) {
    self.network = network
    self.file = file
    let prefix = Self.prefix(of: network, in: file)
    self.prefix = prefix
    let shapes = network.tensorShapes(
      isFolded: { file.tensors[prefix + $0.biasName] != nil },
      isQuantized: { file.tensors[prefix + $0.scaleName] != nil })
    let steps = (name: Quantization.stepsName, shape: Shape([network.layers.count + 1]))
    self.tensorShapes = shapes + (file.tensors[prefix + steps.name] == nil ? [] : [steps])
    let integers = Set(
      network.convolutions.map(\.1).filter { file.tensors[prefix + $0.scaleName] != nil }
        .map(\.weightName))
    for (name, shape) in tensorShapes {
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
      let isInteger = integers.contains(name)
      guard
        isInteger
          ? tensor.elementType == .int8
          : [.float16, .float32, .float64].contains(tensor.elementType)
      else {
        throw EncoderError(
          code: .mismatch,
          "\(file.path): the tensor \(name) should hold \(isInteger ? "int8" : "real") numbers and "
            + "holds \(tensor.elementType.rawValue)")
      }
    }
  }

  /// Checkpoints put all tensors under a name ("state_dict.", "module."): the shortest prefix
  /// under which the first tensor is there.
  private static func prefix(of network: Network, in file: WeightFile) -> String {
    guard let first = network.convolutions.first?.1.weightName else { return "" }
    let prefixes = file.tensors.keys.filter { $0.hasSuffix(first) }.map {
      String($0.dropLast(first.count))
    }
    return prefixes.filter { $0.isEmpty || $0.hasSuffix(".") }
      .min { ($0.utf8.count, $0) < ($1.utf8.count, $1) } ?? ""
  }

  /// The tensor as it is in the file.
  func tensor(_ name: String) -> Tensor { file.tensors[prefix + name]! }

  /// A convolution and what its batch norm makes of it: the weights (float32, O, I / groups,
  /// kernel, kernel), a factor for each output channel, γ/√(σ² + ε), and a bias, β − μ·γ/√(σ² + ε);
  /// no factors where the batch norm is folded in.
  func convolution(
    _ convolution: Network.Convolution
  ) -> (weights: Tensor, scales: [Float]?, bias: Tensor) {
    guard let norm = convolution.batchNorm, file.tensors[prefix + convolution.biasName] == nil
    else {
      return (reals(convolution.weightName), nil, reals(convolution.biasName))
    }
    let gamma = reals("\(norm).weight").array(of: Float.self)
    let beta = reals("\(norm).bias").array(of: Float.self)
    let mean = reals("\(norm).running_mean").array(of: Float.self)
    let variance = reals("\(norm).running_var").array(of: Float.self)
    let scales = gamma.indices.map {
      Double(gamma[$0]) / (Double(variance[$0]) + Double(network.batchNormEpsilon)).squareRoot()
    }
    let bias = scales.indices.map { Float(Double(beta[$0]) - Double(mean[$0]) * scales[$0]) }
    return (
      reals(convolution.weightName), scales.map(Float.init), Tensor([bias.count], bias)
    )
  }

  /// A convolution with integer weights: int8 [O, I / groups, kernel, kernel], what 1 is worth in
  /// each output channel, and the bias; nil where its weights are real numbers.
  func quantizedConvolution(
    _ convolution: Network.Convolution
  ) -> (weights: Tensor, steps: [Float], bias: [Float])? {
    guard file.tensors[prefix + convolution.scaleName] != nil else { return nil }
    return (
      tensor(convolution.weightName), reals(convolution.scaleName).array(of: Float.self),
      reals(convolution.biasName).array(of: Float.self)
    )
  }

  /// What 1 is worth in each value where it is written as integers, else 0; nil where the network is
  /// not quantized.
  var steps: [Float]? {
    guard file.tensors[prefix + Quantization.stepsName] != nil else { return nil }
    return reals(Quantization.stepsName).array(of: Float.self)
  }

  /// What a preactivation multiplies each channel by and adds to it, float32.
  func preactivation(_ name: String) -> (scale: Tensor, shift: Tensor) {
    (reals("\(name).scale"), reals("\(name).shift"))
  }

  /// Identifies the weights, however they are written down: the SHA-256 of each tensor's name,
  /// type and shape ("conv1.weight F32 64x3x7x7" and a line feed) and bytes, in order of names.
  func hash() -> String {
    var hash = SHA256()
    var bytesRead = 0
    for (name, shape) in tensorShapes.sorted(by: { $0.name < $1.name }) {
      let tensor = tensor(name)
      let extents = shape.dimensions.map(String.init).joined(separator: "x")
      hash.update("\(name) \(tensor.elementType.safetensorsName) \(extents)\n")
      hash.update(tensor.bytes)
      bytesRead += tensor.bytes.byteCount
      if bytesRead > Self.residentBytes {
        releasePages()
        bytesRead = 0
      }
    }
    return hash.hexDigest()
  }

  /// How much of the file may stay in memory while it is read.
  static let residentBytes = 8 << 20

  /// Gives back the memory in which the file's bytes were read.
  func releasePages() { file.releasePages() }

  /// A tensor as float32.
  private func reals(_ name: String) -> Tensor {
    let tensor = tensor(name)
    return switch tensor.elementType {
    case .float16: Tensor(tensor.shape, tensor.array(of: Float16.self).map(Float.init))
    case .float64: Tensor(tensor.shape, tensor.array(of: Double.self).map(Float.init))
    default: tensor
    }
  }
}
