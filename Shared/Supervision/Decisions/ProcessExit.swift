/// How a process ended.
public enum ProcessExit: Hashable, Sendable, CustomStringConvertible {
  case exited(status: Int32)
  case signalled(Int32)
  /// It never ran.
  case notStarted(String)
  /// It has ended, and the system does not say how.
  case unknown

  public var description: String {
    switch self {
    case .exited(let status): "exited with status \(status)"
    case .signalled(let signal): "was ended by signal \(signal)"
    case .notStarted(let reason): "did not start: \(reason)"
    case .unknown: "ended, nobody knows how"
    }
  }
}
