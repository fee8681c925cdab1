/// Which numbers of a network are written as integers, and with what step.
///
/// Weights are signed with a step for each output channel; activations have one step for a value,
/// and are unsigned where an activation function comes before, else signed. What is read only as a
/// preactivation's input or a sum of those, the residual stream of ResNet V2, stays in floating
/// point, and so do the features.
enum Quantization {
  /// The tensor with what 1 is worth in each of the network's values, 0 where that is not written as
  /// integers: float32 [values].
  static let stepsName = "steps"

  /// How close features have to be to those of float32 for `auto` to take int8: the mean cosine of
  /// the angle between an image's features and what they should be.
  static let leastCosine = 0.99

  /// The largest integers.
  static let largestSigned: Float = 127
  static let largestUnsigned: Float = 255
}

extension Network {
  /// The convolutions that may multiply integers.
  ///
  /// Depthwise ones keep real numbers, and so does the first where there are such: their channels
  /// differ too much for one step, and their sums are of too few products for errors to average out.
  /// On EfficientNet-Lite2 they alone took the features' cosine from 0.992 to 0.976.
  var quantizable: [(layer: Int, Convolution)] {
    let hasDepthwise = convolutions.contains { $1.groups > 1 }
    return convolutions.filter { layer, convolution in
      convolution.groups == 1 && !(hasDepthwise && layers[layer].input == Self.image)
    }
  }

  /// The values that are written as integers where the convolutions of the given layers multiply
  /// integers: their sources, and what is added to a value that is.
  func integerValues(convolutions quantized: Set<Int>) -> Set<Value> {
    var integers = Set(
      quantized.map { layers[$0].input })
    // From the end to the beginning: what is added comes before what it is added to.
    for (index, layer) in layers.enumerated().reversed() where integers.contains(index + 1) {
      switch layer.operation {
      case .convolution(let convolution):
        if quantized.contains(index), let residual = convolution.residual {
          integers.insert(residual)
        }
      case .maxPooling: integers.insert(layer.input)
      case .preactivation: break
      }
    }
    return integers
  }

  /// The value whose step a value has: maxima are written as what they are taken of.
  func stepSource(of value: Value) -> Value {
    guard value != Self.image, case .maxPooling = layers[value - 1].operation else { return value }
    return stepSource(of: layers[value - 1].input)
  }
}
