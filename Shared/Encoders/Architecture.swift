public import Imaging

/// The networks that can encode images, by the names that the command line uses.
public enum Architecture: String, Sendable, CaseIterable, CustomStringConvertible {
  case resnet18, resnet34, resnet50, resnet101, resnet152
  case efficientNetLite0 = "efficientnet-lite0"
  case efficientNetLite1 = "efficientnet-lite1"
  case efficientNetLite2 = "efficientnet-lite2"
  case resnet101v2c4 = "resnet101v2-c4"

  public var description: String { rawValue }

  /// The channels of the feature grid.
  public var outputChannels: Int { network.outputChannels }

  /// The smallest height and width of an image: what a cell of the coarsest feature grid covers.
  public static let minimumExtent = 32

  /// What published weights of this architecture were trained with.
  public var defaultNormalization: Normalization {
    switch self {
    case .resnet18, .resnet34, .resnet50, .resnet101, .resnet152: .torchvision
    case .efficientNetLite0, .efficientNetLite1, .efficientNetLite2: .efficientNetLite
    case .resnet101v2c4: .tf
    }
  }

  var network: Network {
    switch self {
    case .resnet18: .resNet(depths: [2, 2, 2, 2], bottleneck: false)
    case .resnet34: .resNet(depths: [3, 4, 6, 3], bottleneck: false)
    case .resnet50: .resNet(depths: [3, 4, 6, 3], bottleneck: true)
    case .resnet101: .resNet(depths: [3, 4, 23, 3], bottleneck: true)
    case .resnet152: .resNet(depths: [3, 8, 36, 3], bottleneck: true)
    case .efficientNetLite0: .efficientNetLite(width: 1.0, depth: 1.0, imageSize: 224)
    case .efficientNetLite1: .efficientNetLite(width: 1.0, depth: 1.1, imageSize: 240)
    case .efficientNetLite2: .efficientNetLite(width: 1.1, depth: 1.2, imageSize: 260)
    case .resnet101v2c4: .resNetV2(depths: [3, 4, 22])
    }
  }
}
