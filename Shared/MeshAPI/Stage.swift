public import MessagePack

/// A step of the mesh's work, done by workers of its own kind.
public enum Stage: String, Sendable, CaseIterable, MessagePackConvertible {
  /// Image bytes → normalised image tensor.
  case load
  /// Image tensor → feature grid.
  case encode
  /// Feature grid → caption.
  case decode
  /// Captions and references → scores.
  case score
}

/// The ways through the stages, by the names that the dispatcher knows them by.
public enum Pipeline: String, Sendable, CaseIterable {
  case caption
  case encode
  case score

  /// The stages in the order of the work.
  public var stages: [Stage] {
    switch self {
    case .caption: [.load, .encode, .decode]
    case .encode: [.encode]
    case .score: [.score]
    }
  }
}
