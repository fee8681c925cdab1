extension Network {
  /// ResNet (He et al. 2015, https://arxiv.org/abs/1512.03385) in torchvision's layout and names,
  /// up to and including layer4: stride 32, no pooling, no fully connected layer.
  ///
  /// - Parameters:
  ///   - depths: blocks in each of the four stages.
  ///   - bottleneck: 1×1, 3×3, 1×1 convolutions in a block (ResNet-50 and deeper), not 3×3, 3×3.
  static func resNet(depths: [Int], bottleneck: Bool) -> Network {
    var net = NetworkBuilder(batchNormEpsilon: 1e-5)
    var x = net.convolution(
      "conv1", "bn1", of: image, to: 64, kernel: 7, stride: 2, padding: .symmetric(3),
      activation: .relu)
    x = net.maxPooling(of: x, kernel: 3, stride: 2, padding: .symmetric(1))
    for (stage, depth) in depths.enumerated() {
      let width = 64 << stage
      for block in 0..<depth {
        let name = "layer\(stage + 1).\(block)"
        let stride = block == 0 && stage > 0 ? 2 : 1
        x =
          bottleneck
          ? net.bottleneckBlock(name, of: x, width: width, stride: stride)
          : net.basicBlock(name, of: x, width: width, stride: stride)
      }
    }
    return net.network
  }
}

extension NetworkBuilder {
  /// Two 3×3 convolutions and the shortcut around them.
  fileprivate mutating func basicBlock(
    _ name: String, of x: Network.Value, width: Int, stride: Int
  ) -> Network.Value {
    let shortcut = shortcut(name, of: x, channels: width, stride: stride)
    let y = convolution(
      "\(name).conv1", "\(name).bn1", of: x, to: width, kernel: 3, stride: stride,
      padding: .symmetric(1), activation: .relu)
    return convolution(
      "\(name).conv2", "\(name).bn2", of: y, to: width, kernel: 3, padding: .symmetric(1),
      adding: shortcut, activation: .relu)
  }

  /// 1×1, 3×3 and 1×1 convolutions and the shortcut around them. The stride is in the 3×3
  /// convolution, as torchvision has it, not in the first 1×1 one, as the paper has it.
  fileprivate mutating func bottleneckBlock(
    _ name: String, of x: Network.Value, width: Int, stride: Int
  ) -> Network.Value {
    let shortcut = shortcut(name, of: x, channels: 4 * width, stride: stride)
    var y = convolution(
      "\(name).conv1", "\(name).bn1", of: x, to: width, kernel: 1, padding: .symmetric(0),
      activation: .relu)
    y = convolution(
      "\(name).conv2", "\(name).bn2", of: y, to: width, kernel: 3, stride: stride,
      padding: .symmetric(1), activation: .relu)
    return convolution(
      "\(name).conv3", "\(name).bn3", of: y, to: 4 * width, kernel: 1, padding: .symmetric(0),
      adding: shortcut, activation: .relu)
  }

  /// The block's input; through a 1×1 convolution where the block changes its extents.
  private mutating func shortcut(
    _ name: String, of x: Network.Value, channels: Int, stride: Int
  ) -> Network.Value {
    if stride == 1, network.channels[x] == channels { return x }
    return convolution(
      "\(name).downsample.0", "\(name).downsample.1", of: x, to: channels, kernel: 1,
      stride: stride, padding: .symmetric(0))
  }
}
