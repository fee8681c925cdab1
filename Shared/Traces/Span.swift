/// Something that took time, as part of a trace.
public struct Span: Hashable, Sendable {
  /// OpenTelemetry's kinds, by their numbers on the wire.
  public enum Kind: Int, Sendable {
    case `internal` = 1
    case server = 2
    case client = 3
  }

  /// A value that goes with a span or an event.
  public enum Value: Hashable, Sendable {
    case string(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)
  }

  /// Something that happened at one moment of a span.
  public struct Event: Hashable, Sendable {
    public var name: String
    /// Since 1970.
    public var time: Duration
    public var attributes: [String: Value]

    public init(_ name: String, at time: Duration, _ attributes: [String: Value] = [:]) {
      self.name = name
      self.time = time
      self.attributes = attributes
    }
  }

  public var context: TraceContext
  /// The span that this one is part of; nil for a trace's first.
  public var parent: SpanID?
  public var name: String
  public var kind: Kind
  /// Since 1970.
  public var start: Duration
  /// Since 1970; not before the start.
  public var end: Duration
  public var attributes: [String: Value]
  public var events: [Event]
  /// Why it failed; nil when it did not.
  public var failure: String?

  public init(
    _ name: String, _ kind: Kind, _ context: TraceContext, parent: SpanID?, from start: Duration,
    to end: Duration, attributes: [String: Value] = [:], events: [Event] = [],
    failure: String? = nil
  ) {
    self.context = context
    self.parent = parent
    self.name = name
    self.kind = kind
    self.start = start
    self.end = max(start, end)
    self.attributes = attributes
    self.events = events
    self.failure = failure
  }
}

/// Somebody who takes spans and never keeps who gives them waiting.
public protocol SpanExporter: Sendable {
  func export(_ spans: [Span])

  /// Requests whose spans have come where they should.
  var written: Int { get }

  /// Requests whose spans have not, and will not.
  var dropped: Int { get }
}
