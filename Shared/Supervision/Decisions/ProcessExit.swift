/// How a process ended.
public enum ProcessExit: Hashable, Sendable, CustomStringConvertible {
  case exited(status: Int32)
  case signalled(Int32)
  /// It never ran.
  case notStarted(String)

  public var description: String {
    switch self {
    case .exited(let status): "exited with status \(status)"
    case .signalled(let signal): "was ended by signal \(signal)"
    case .notStarted(let reason): "did not start: \(reason)"
    }
  }
}
