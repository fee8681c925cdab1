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
  /// The activations of many do not fit into the caches near the cores: a ResNet-101 in float32 took
  /// 35.4 ms an image for eight together, 32.8 for two and 35.5 for one, whose weights are read for
  /// itself alone; where products are quicker, one at a time was the quickest. The layers of networks
  /// with depthwise convolutions are so short that a few images together are quicker than one:
  /// EfficientNet-Lite2 took 5.3 ms for eight, 4.6 for four and 5.5 for one.
  func imagesAtATime(_ precision: Precision) -> Int {
    if convolutions.contains(where: { $1.groups > 1 }) { return 4 }
    return precision == .fp32 ? 2 : 1
  }

  /// Whether threads are quicker if each encodes images alone: where products are quick and layers
  /// short. A ResNet-101 in float32 gains nothing by it, its weights being read once an image.
  func suitsLanes(_ precision: Precision) -> Bool {
    precision != .fp32 || convolutions.contains { $1.groups > 1 }
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
