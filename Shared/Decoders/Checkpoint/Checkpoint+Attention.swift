internal import Features

extension Checkpoint {
  /// The grid that attention weighs: the feature map's own, or what it is pooled to.
  public var attentionGrid: (rows: Int, columns: Int) {
    configuration.pooling.map { ($0.pooledHeight, $0.pooledWidth) }
      ?? (features.gridHeight, features.gridWidth)
  }
}
