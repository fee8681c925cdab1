extension Network {
  /// ResNet with pre-activation (He et al. 2016, https://arxiv.org/abs/1603.05027) as TF-Slim has
  /// it, up to a batch norm and ReLU after the last unit: each stage but the last halves the grid,
  /// so three stages end at stride 16.
  ///
  /// The batch norms after convolutions are folded in; those before are preactivations.
  ///
  /// - Parameter depths: units in each stage; TF-Slim's stages end with the unit that has the
  ///   stride, so the last one lacks that unit here.
  static func resNetV2(depths: [Int]) -> Network {
    var net = NetworkBuilder(batchNormEpsilon: 0)
    var x = net.convolution(
      "conv1", nil, of: image, to: 64, kernel: 7, stride: 2, padding: .symmetric(3))
    // 'SAME' for the 112 rows and columns that images of 224 give, and for every even number.
    x = net.maxPooling(of: x, kernel: 3, stride: 2, padding: .same(trainedExtent: 112))
    for (stage, depth) in depths.enumerated() {
      for unit in 0..<depth {
        let isStrided = unit == depth - 1 && stage < depths.count - 1
        x = net.preactivationUnit(
          "layer\(stage + 1).\(unit)", of: x, width: 64 << stage, stride: isStrided ? 2 : 1)
      }
    }
    _ = net.preactivation("postact", of: x)
    return net.network
  }
}

extension NetworkBuilder {
  /// 1×1, 3×3 and 1×1 convolutions of the preactivated input, and the shortcut around them: the
  /// input itself, subsampled where the unit has a stride; a convolution of the preactivated input
  /// where the unit has more channels.
  fileprivate mutating func preactivationUnit(
    _ name: String, of x: Network.Value, width: Int, stride: Int
  ) -> Network.Value {
    let z = preactivation("\(name).preact", of: x)
    var shortcut = x
    if network.channels[x] != 4 * width {
      shortcut = convolution(
        "\(name).shortcut", nil, of: z, to: 4 * width, kernel: 1, stride: stride)
    } else if stride > 1 {
      shortcut = maxPooling(of: x, kernel: 1, stride: stride, padding: .symmetric(0))
    }
    var y = convolution("\(name).conv1", nil, of: z, to: width, kernel: 1, activation: .relu)
    y = convolution(
      "\(name).conv2", nil, of: y, to: width, kernel: 3, stride: stride, padding: .symmetric(1),
      activation: .relu)
    return convolution("\(name).conv3", nil, of: y, to: 4 * width, kernel: 1, adding: shortcut)
  }
}
