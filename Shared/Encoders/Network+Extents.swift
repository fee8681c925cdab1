internal import Compute

extension Network {
  /// The extents N, C, H, W of each value, for images of the given extents.
  func extents(ofImages images: [Int]) -> [[Int]] {
    var extents = [images]
    for (index, layer) in layers.enumerated() {
      let window = layer.operation.window(on: extents[layer.input])
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
}

extension Network.Operation {
  /// The window that slides over an input of the given extents N, C, H, W.
  func window(on extents: [Int]) -> OneDNN.Window {
    let (kernel, stride, padding) =
      switch self {
      case .convolution(let layer): (layer.kernel, layer.stride, layer.padding)
      case .maxPooling(let kernel, let stride, let padding): (kernel, stride, padding)
      }
    let (top, bottom) = padding.amounts(extent: extents[2], kernel: kernel, stride: stride)
    let (left, right) = padding.amounts(extent: extents[3], kernel: kernel, stride: stride)
    return OneDNN.Window(
      kernel: kernel, stride: stride, top: top, left: left, bottom: bottom, right: right)
  }
}
