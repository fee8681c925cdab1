import FoundationEssentials
import Glibc
public import Logging

/// Writes each event as one line to standard error: time, level, process, message, metadata.
///
/// As JSON, a line is `{"level", "message", "metadata", "pid", "process", "time"}`, with `trace_id`
/// and `request_id` beside them where the event's metadata have them.
public struct LineLogHandler: LogHandler {
  /// The metadata that stand beside the message in JSON.
  private static let identifiers = ["trace_id", "request_id"]

  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  private let label: String
  private let format: LogFormat
  private let write: @Sendable (String) -> Void

  /// - Parameters:
  ///   - label: what the lines are said by.
  ///   - level: the least that is written.
  ///   - format: how a line looks.
  ///   - write: takes a line with its end; standard error unless a test wants it.
  public init(
    label: String, level: Logger.Level, format: LogFormat = .text,
    write: @escaping @Sendable (String) -> Void = LineLogHandler.writeToStandardError
  ) {
    self.label = label
    self.logLevel = level
    self.format = format
    self.write = write
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let time =
      Date.now.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
      + "Z"
    let metadata = metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 })
    switch format {
    case .text: write(text(event, metadata, time) + "\n")
    case .json: write(json(event, metadata, time) + "\n")
    }
  }

  private func text(_ event: LogEvent, _ metadata: Logger.Metadata, _ time: String) -> String {
    var line = "\(time) \(event.level) \(label)[\(ThisProcess.pid)] \(event.message)"
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(value)" }
    return Self.escaped(line) { $0.escaped(asASCII: true) }
  }

  private func json(_ event: LogEvent, _ metadata: Logger.Metadata, _ time: String) -> String {
    var line: [String: JSONLogValue] = [
      "time": .text(time), "level": .text(event.level.rawValue), "process": .text(label),
      "pid": .number(ThisProcess.pid), "message": .text(event.message.description),
    ]
    var rest: [String: JSONLogValue] = [:]
    for (key, value) in metadata {
      if Self.identifiers.contains(key) {
        line[key] = .text("\(value)")
      } else {
        rest[key] = JSONLogValue(value)
      }
    }
    if !rest.isEmpty { line["metadata"] = .object(rest) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings and whole numbers always encode.
    let text = String(decoding: try! encoder.encode(line), as: UTF8.self)
    // What is left of these stands between quotes.
    return Self.escaped(text) { scalar in
      scalar.utf16.reduce(into: "") { text, unit in
        let digits = String(unit, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
  }

  /// One line to every reader, whatever file names and peers put into it.
  private static func escaped(_ line: String, as escape: (Unicode.Scalar) -> String) -> String {
    guard line.unicodeScalars.contains(where: \.endsOrHidesLines) else { return line }
    return line.unicodeScalars.reduce(into: "") { text, scalar in
      text += scalar.endsOrHidesLines ? escape(scalar) : String(scalar)
    }
  }

  /// Writes the line at once, so that the lines of several processes do not mix.
  public static func writeToStandardError(_ line: String) {
    var line = line
    line.withUTF8 { utf8 in _ = unsafe Glibc.write(STDERR_FILENO, utf8.baseAddress, utf8.count) }
  }
}

/// What a line of JSON says.
private enum JSONLogValue: Encodable {
  case text(String)
  case number(Int)
  case list([JSONLogValue])
  case object([String: JSONLogValue])

  init(_ value: Logger.MetadataValue) {
    switch value {
    case .string(let text): self = .text(text)
    case .stringConvertible(let value): self = .text(value.description)
    case .array(let values): self = .list(values.map { JSONLogValue($0) })
    case .dictionary(let values): self = .object(values.mapValues { JSONLogValue($0) })
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    case .list(let values): try container.encode(values)
    case .object(let values): try container.encode(values)
    }
  }
}

extension Unicode.Scalar {
  /// Control characters, what some readers take for the end of a line, and what is not seen but
  /// changes how the rest is, such as the order of writing.
  fileprivate var endsOrHidesLines: Bool {
    let categories: [Unicode.GeneralCategory] = [
      .control, .format, .lineSeparator, .paragraphSeparator,
    ]
    return categories.contains(properties.generalCategory)
  }
}
