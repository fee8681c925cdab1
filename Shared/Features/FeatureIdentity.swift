/// What features are features of: the encoder's weights, what was done to the photograph before,
/// and the grid. A decoder takes features of exactly the identity that it was trained on.
public struct FeatureIdentity: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The encoder's name in the store, for people.
  public var encoder: String
  /// SHA-256 of the encoder's weights, in hexadecimal digits.
  public var weightsHash: String
  /// The preprocessing's fingerprint: size, filter and normalisation.
  public var preprocessing: String
  /// Rows of the feature map.
  public var gridHeight: Int
  /// Columns of the feature map.
  public var gridWidth: Int
  /// Channels of the feature map.
  public var channels: Int

  public init(
    encoder: String, weightsHash: String, preprocessing: String, gridHeight: Int, gridWidth: Int,
    channels: Int
  ) {
    self.encoder = encoder
    self.weightsHash = weightsHash
    self.preprocessing = preprocessing
    self.gridHeight = gridHeight
    self.gridWidth = gridWidth
    self.channels = channels
  }

  enum CodingKeys: String, CodingKey {
    case encoder
    case weightsHash = "weights_sha256"
    case preprocessing
    case gridHeight = "grid_height"
    case gridWidth = "grid_width"
    case channels
  }

  /// Cells of the feature map.
  public var cells: Int { gridHeight * gridWidth }

  /// One word that is the same exactly where the features are the same numbers. The encoder's name
  /// does not count: it is a label.
  public var fingerprint: String {
    "\(weightsHash)-\(preprocessing)-\(gridHeight)x\(gridWidth)x\(channels)"
  }

  public var description: String {
    "\(encoder) (weights \(weightsHash.prefix(12)), \(preprocessing), "
      + "\(gridHeight)×\(gridWidth)×\(channels))"
  }
}
