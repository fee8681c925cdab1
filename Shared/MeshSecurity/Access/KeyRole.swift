/// What the holder of a key may do.
public enum KeyRole: String, Sendable, CaseIterable, CustomStringConvertible {
  /// Has photographs captioned, images encoded and captions scored.
  case client
  /// Serves a stage.
  case worker
  /// Does everything, and asks and tells the mesh itself.
  case administrator

  public var description: String { rawValue }
}
