/// What features are features of: the encoder's weights, what was done to the photograph before,
/// and the grid. A decoder takes features of exactly the identity that it was trained on.
public struct FeatureIdentity: Sendable, Hashable {
  /// The encoder's name, for people.
  public var encoder: String
  /// SHA-256 of the encoder's weights, in hexadecimal digits.
  public var weightsHash: String
  /// The preprocessing's description, such as size, filter and normalisation.
  public var preprocessing: String
  /// Rows and columns of the feature map.
  public var gridHeight: Int
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

  /// Cells of the feature map.
  public var cells: Int { gridHeight * gridWidth }
}
