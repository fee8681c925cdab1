/// Notices that a process's heart has stopped, by the number that changes with every beat. It does no
/// I/O.
public struct HeartbeatWatch: Sendable {
  /// How long a beat may be the last.
  public var patience: Duration

  private var latest: Int64?
  private var since: Duration = .zero

  public init(patience: Duration = .seconds(10)) { self.patience = patience }

  /// Whether no beat has come for too long.
  ///
  /// - Parameters:
  ///   - beat: nil where nothing beats that could stop.
  ///   - now: since any one moment.
  public mutating func isSilent(_ beat: Int64?, at now: Duration) -> Bool {
    if beat == nil || beat != latest {
      latest = beat
      since = now
    }
    return now - since >= patience
  }
}
