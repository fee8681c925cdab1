/// Weights of an architecture that its authors have published, trained on ImageNet-1k.
public struct PublishedWeights: Sendable, Hashable {
  /// The file's name, which ends with the first digits of its SHA-256.
  public var fileName: String
  public var address: String
  public var credit: String

  public init(fileName: String, address: String, credit: String) {
    self.fileName = fileName
    self.address = address
    self.credit = credit
  }

  /// The digits that the file's SHA-256 begins with.
  public var hashPrefix: String {
    String(fileName.prefix { $0 != "." }.split(separator: "-").last ?? "")
  }
}

extension Architecture {
  /// torchvision's first weights of the ResNets (IMAGENET1K_V1); nil for other architectures.
  public var published: PublishedWeights? {
    let digits: String
    switch self {
    case .resnet18: digits = "f37072fd"
    case .resnet34: digits = "b627a593"
    case .resnet50: digits = "0676ba61"
    case .resnet101: digits = "63fe2227"
    case .resnet152: digits = "394f9c45"
    default: return nil
    }
    let fileName = "\(rawValue)-\(digits).pth"
    return PublishedWeights(
      fileName: fileName, address: "https://download.pytorch.org/models/\(fileName)",
      credit: "torchvision, BSD 3-Clause; trained on ImageNet-1k")
  }
}
