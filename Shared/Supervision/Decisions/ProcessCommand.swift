/// What a process runs.
public struct ProcessCommand: Hashable, Sendable {
  /// The executable's path.
  public var executable: String
  /// Without the program's own name.
  public var arguments: [String]
  /// The whole environment.
  public var environment: [String: String]

  public init(
    executable: String, arguments: [String] = [], environment: [String: String] = [:]
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
  }
}
