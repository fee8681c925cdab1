internal import Tensor

/// Writes a network's weights as integers.
struct Quantizer {
  let weights: NetworkWeights
  let calibration: Calibration
  /// The layers of the convolutions that multiply integers; the others keep real numbers.
  let layers: Set<Int>

  /// - Parameter keeping: names of convolutions that keep real numbers, besides those that do anyway.
  init(_ weights: NetworkWeights, _ calibration: Calibration, keeping names: Set<String> = []) {
    self.weights = weights
    self.calibration = calibration
    layers = Set(
      weights.network.quantizable.filter { !names.contains($0.1.name) }.map(\.layer))
  }

  /// The quantized network's tensors, in the names that ``NetworkWeights`` reads.
  func tensors() -> [String: Tensor] {
    let network = weights.network
    var tensors: [String: Tensor] = [Quantization.stepsName: steps()]
    for (layer, convolution) in network.convolutions {
      let (folded, bias) = folded(convolution)
      tensors[convolution.biasName] = bias
      if layers.contains(layer) {
        let (integers, steps) = Self.integers(folded, channels: convolution.outputChannels)
        tensors[convolution.weightName] = Tensor(Shape(convolution.weightExtents), integers)
        tensors[convolution.scaleName] = Tensor([steps.count], steps)
      } else {
        tensors[convolution.weightName] = Tensor(Shape(convolution.weightExtents), folded)
      }
    }
    for (_, name) in network.preactivations {
      let (scale, shift) = weights.preactivation(name)
      tensors["\(name).scale"] = scale
      tensors["\(name).shift"] = shift
    }
    return tensors
  }

  private func steps() -> Tensor {
    let network = weights.network
    let integers = network.integerValues(convolutions: layers)
    let steps = (0...network.output).map { value -> Float in
      guard integers.contains(value) else { return 0 }
      let histogram = calibration.histograms[network.stepSource(of: value)]
      // Brightest and darkest pixels are no outliers.
      if value == Network.image { return max(histogram.peak, 1e-6) / Quantization.largestSigned }
      return histogram.bestStep(
        largest: network.isNonNegative(value)
          ? Quantization.largestUnsigned : Quantization.largestSigned)
    }
    return Tensor([steps.count], steps)
  }

  /// A convolution's weights with its batch norm folded in.
  private func folded(_ convolution: Network.Convolution) -> (weights: [Float], bias: Tensor) {
    let (tensor, scales, bias) = weights.convolution(convolution)
    var elements = tensor.array(of: Float.self)
    if let scales {
      let size = elements.count / scales.count
      for index in elements.indices { elements[index] *= scales[index / size] }
    }
    return (elements, bias)
  }

  /// Signed integers and what 1 is worth in each output channel, chosen for the least sum of squared
  /// errors.
  static func integers(_ weights: [Float], channels: Int) -> (integers: [Int8], steps: [Float]) {
    let size = weights.count / channels
    var integers = [Int8](repeating: 0, count: weights.count)
    var steps: [Float] = []
    for channel in 0..<channels {
      let range = channel * size..<(channel + 1) * size
      let step = bestStep(weights[range])
      steps.append(step)
      for index in range { integers[index] = Int8(nearest(weights[index], step)) }
    }
    return (integers, steps)
  }

  private static func bestStep(_ weights: ArraySlice<Float>) -> Float {
    let peak = weights.reduce(0) { max($0, abs($1)) }
    guard peak > 0 else { return 1 }
    var best = (step: Float(1), error: Float.infinity)
    for part in stride(from: Float(1), through: 0.6, by: -0.05) {
      let step = part * peak / Quantization.largestSigned
      var error: Float = 0
      for weight in weights {
        let off = weight - step * nearest(weight, step)
        error += off * off
      }
      if error < best.error { best = (step, error) }
    }
    return best.step
  }

  private static func nearest(_ weight: Float, _ step: Float) -> Float {
    let largest = Quantization.largestSigned
    return min(max((weight / step).rounded(.toNearestOrEven), -largest), largest)
  }
}
