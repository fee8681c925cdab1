public import ArgumentParser

/// How a process writes its log.
public enum LogFormat: String, Sendable, CaseIterable, ExpressibleByArgument {
  /// A line for people.
  case text
  /// A JSON object a line, for programs.
  case json
}
