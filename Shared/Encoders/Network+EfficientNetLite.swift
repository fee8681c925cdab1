extension Network {
  /// EfficientNet-Lite (https://github.com/tensorflow/tpu, models/official/efficientnet/lite; Tan &
  /// Le 2019, https://arxiv.org/abs/1905.11946, without squeeze and excitation and with ReLU6), up
  /// to and including the head convolution: 1280 channels at stride 32.
  ///
  /// The names are those of the PyTorch conversion `efficientnet_lite_pytorch`.
  ///
  /// - Parameters:
  ///   - width: multiplies the channels of the blocks; those of stem and head stay.
  ///   - depth: multiplies the repeats of the stages; those of the first and last stay.
  ///   - imageSize: height and width of the images that the published weights were trained on.
  static func efficientNetLite(width: Double, depth: Double, imageSize: Int) -> Network {
    struct Stage { var repeats, kernel, stride, expansion, channels: Int }
    let stages = [
      Stage(repeats: 1, kernel: 3, stride: 1, expansion: 1, channels: 16),
      Stage(repeats: 2, kernel: 3, stride: 2, expansion: 6, channels: 24),
      Stage(repeats: 2, kernel: 5, stride: 2, expansion: 6, channels: 40),
      Stage(repeats: 3, kernel: 3, stride: 2, expansion: 6, channels: 80),
      Stage(repeats: 3, kernel: 5, stride: 1, expansion: 6, channels: 112),
      Stage(repeats: 4, kernel: 5, stride: 2, expansion: 6, channels: 192),
      Stage(repeats: 1, kernel: 3, stride: 1, expansion: 6, channels: 320),
    ]

    var net = NetworkBuilder(batchNormEpsilon: 1e-3)
    var x = net.convolution(
      "_conv_stem", "_bn0", of: image, to: 32, kernel: 3, stride: 2,
      padding: .same(trainedExtent: imageSize), activation: .relu6)
    var trainedExtent = (imageSize + 1) / 2
    var block = 0
    for (index, stage) in stages.enumerated() {
      let isFixed = index == 0 || index == stages.count - 1
      let repeats = isFixed ? stage.repeats : Int((depth * Double(stage.repeats)).rounded(.up))
      let channels = scaled(stage.channels, by: width)
      for unit in 0..<repeats {
        let stride = unit == 0 ? stage.stride : 1
        x = net.invertedResidual(
          "_blocks.\(block)", of: x, to: channels, kernel: stage.kernel, stride: stride,
          expansion: stage.expansion, trainedExtent: trainedExtent)
        trainedExtent = (trainedExtent + stride - 1) / stride
        block += 1
      }
    }
    _ = net.convolution(
      "_conv_head", "_bn1", of: x, to: 1280, kernel: 1, activation: .relu6)
    return net.network
  }

  /// The nearest multiple of 8, but not less than nine tenths of the scaled number.
  private static func scaled(_ channels: Int, by width: Double) -> Int {
    let wanted = Double(channels) * width
    let rounded = max(8, Int(wanted + 4) / 8 * 8)
    return Double(rounded) < 0.9 * wanted ? rounded + 8 : rounded
  }
}

extension NetworkBuilder {
  /// A 1×1 convolution to `expansion` times as many channels, a depthwise one, and a 1×1 one back;
  /// the input is added where it has the output's extents (Sandler et al. 2018,
  /// https://arxiv.org/abs/1801.04381).
  fileprivate mutating func invertedResidual(
    _ name: String, of x: Network.Value, to channels: Int, kernel: Int, stride: Int, expansion: Int,
    trainedExtent: Int
  ) -> Network.Value {
    let inputChannels = network.channels[x]
    var y = x
    if expansion != 1 {
      y = convolution(
        "\(name)._expand_conv", "\(name)._bn0", of: y, to: inputChannels * expansion, kernel: 1,
        activation: .relu6)
    }
    y = convolution(
      "\(name)._depthwise_conv", "\(name)._bn1", of: y, to: inputChannels * expansion,
      kernel: kernel, stride: stride, padding: .same(trainedExtent: trainedExtent),
      depthwise: true, activation: .relu6)
    let hasShortcut = stride == 1 && channels == inputChannels
    return convolution(
      "\(name)._project_conv", "\(name)._bn2", of: y, to: channels, kernel: 1,
      adding: hasShortcut ? x : nil)
  }
}
