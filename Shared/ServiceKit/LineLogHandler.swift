import FoundationEssentials
import Glibc
public import Logging

/// Writes each event as one line to standard error: time, level, process, message, metadata.
public struct LineLogHandler: LogHandler {
  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  private let label: String
  private let write: @Sendable (String) -> Void

  /// - Parameter write: takes a line with its end; standard error unless a test wants it.
  public init(
    label: String, level: Logger.Level,
    write: @escaping @Sendable (String) -> Void = LineLogHandler.writeToStandardError
  ) {
    self.label = label
    self.logLevel = level
    self.write = write
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let time = Date.now.formatted(
      .iso8601.year().month().day().time(includingFractionalSeconds: true))
    var line = "\(time)Z \(event.level) \(label)[\(ThisProcess.pid)] \(event.message)"
    for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 })
      .sorted(by: { $0.key < $1.key })
    {
      line += " \(key)=\(value)"
    }
    write(Self.escaped(line) + "\n")
  }

  /// One line, whatever file names and peers put into it.
  private static func escaped(_ line: String) -> String {
    guard line.unicodeScalars.contains(where: \.isControl) else { return line }
    return line.unicodeScalars.reduce(into: "") { text, scalar in
      text += scalar.isControl ? scalar.escaped(asASCII: true) : String(scalar)
    }
  }

  /// Writes the line at once, so that the lines of several processes do not mix.
  public static func writeToStandardError(_ line: String) {
    var line = line
    line.withUTF8 { utf8 in _ = unsafe Glibc.write(STDERR_FILENO, utf8.baseAddress, utf8.count) }
  }
}

extension Unicode.Scalar {
  fileprivate var isControl: Bool { properties.generalCategory == .control }
}
