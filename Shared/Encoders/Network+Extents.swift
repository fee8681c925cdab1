internal import Compute

extension Network {
  /// The extents N, C, H, W of each value, for images of the given extents.
  func extents(ofImages images: [Int]) -> [[Int]] {
    var extents = [images]
    for (index, layer) in layers.enumerated() {
      let window = layer.operation.window
      extents.append(
        [
          images[0], channels[index + 1], window.outputHeight(of: extents[layer.input][2]),
          window.outputWidth(of: extents[layer.input][3]),
        ])
    }
    return extents
  }

  /// For each value the last layer that uses it; -1 where none does.
  var lastUses: [Int] {
    var uses = [Int](repeating: -1, count: layers.count + 1)
    for (index, layer) in layers.enumerated() {
      uses[layer.input] = index
      if case .convolution(let convolution) = layer.operation, let value = convolution.residual {
        uses[value] = index
      }
    }
    return uses
  }

  /// The largest number of images that are worth encoding together.
  ///
  /// Where products are quick, reading activations from beyond the nearest caches is what takes time:
  /// the least times of a ResNet-101 in a few runs were 36 ms an image for eight together in bfloat16
  /// and 27 ms for one, 17 and 14 ms in int8. The layers of networks with depthwise convolutions are so short that a few images
  /// together are quicker than one.
  func imagesAtATime(_ precision: Precision) -> Int {
    if precision == .fp32 { return .max }
    return convolutions.contains { $1.groups > 1 } ? 4 : 1
  }

  /// Whether a value's elements are never negative.
  func isNonNegative(_ value: Value) -> Bool {
    if value == Self.image { return false }
    switch layers[value - 1].operation {
    case .convolution(let convolution): return convolution.activation != nil
    case .maxPooling: return isNonNegative(layers[value - 1].input)
    case .preactivation: return true
    }
  }
}

extension Network.Operation {
  /// The window that slides over the input's rows and columns.
  var window: OneDNN.Window {
    let (kernel, stride, padding) =
      switch self {
      case .convolution(let layer): (layer.kernel, layer.stride, layer.padding)
      case .maxPooling(let kernel, let stride, let padding): (kernel, stride, padding)
      case .preactivation: (1, 1, .symmetric(0))
      }
    let (before, after) = padding.amounts(kernel: kernel, stride: stride)
    return OneDNN.Window(
      kernel: kernel, stride: stride, top: before, left: before, bottom: after, right: after)
  }
}
