import FoundationEssentials

/// Spans as one line of OpenTelemetry's file format: an `ExportTraceServiceRequest` in OTLP's JSON
/// (opentelemetry-proto 1.x: ids in hexadecimal, 64-bit integers as strings, enumerations as
/// numbers).
struct TraceExport: Encodable {
  var resourceSpans: [ResourceSpans]

  /// - Parameter resource: who the spans are of, such as `service.name`.
  init(_ spans: [Span], resource: [String: Span.Value]) {
    resourceSpans = [
      ResourceSpans(
        resource: Resource(attributes: Attribute.all(resource)),
        scopeSpans: [
          ScopeSpans(scope: Scope(name: "captionmesh"), spans: spans.map(ExportedSpan.init))
        ])
    ]
  }

  struct ResourceSpans: Encodable {
    var resource: Resource
    var scopeSpans: [ScopeSpans]
  }

  struct Resource: Encodable {
    var attributes: [Attribute]
  }

  struct ScopeSpans: Encodable {
    var scope: Scope
    var spans: [ExportedSpan]
  }

  struct Scope: Encodable {
    var name: String
  }

  struct ExportedSpan: Encodable {
    var traceId: String
    var spanId: String
    var parentSpanId: String?
    var flags: Int
    var name: String
    var kind: Int
    var startTimeUnixNano: String
    var endTimeUnixNano: String
    var attributes: [Attribute]
    var events: [ExportedEvent]
    var status: Status

    init(_ span: Span) {
      traceId = "\(span.context.trace)"
      spanId = "\(span.context.span)"
      parentSpanId = span.parent.map { "\($0)" }
      flags = span.context.isSampled ? 1 : 0
      name = span.name
      kind = span.kind.rawValue
      startTimeUnixNano = span.start.nanoseconds
      endTimeUnixNano = span.end.nanoseconds
      attributes = Attribute.all(span.attributes)
      events = span.events.map {
        ExportedEvent(
          timeUnixNano: $0.time.nanoseconds, name: $0.name, attributes: Attribute.all($0.attributes)
        )
      }
      status = Status(code: span.failure == nil ? 0 : 2, message: span.failure)
    }
  }

  struct ExportedEvent: Encodable {
    var timeUnixNano: String
    var name: String
    var attributes: [Attribute]
  }

  struct Status: Encodable {
    var code: Int
    var message: String?
  }

  struct Attribute: Encodable {
    var key: String
    var value: Value

    struct Value: Encodable {
      var stringValue: String?
      var intValue: String?
      var doubleValue: Double?
      var boolValue: Bool?
    }

    static func all(_ attributes: [String: Span.Value]) -> [Attribute] {
      attributes.sorted { $0.key < $1.key }.map { Attribute(key: $0, value: Value($1)) }
    }
  }
}

extension TraceExport.Attribute.Value {
  fileprivate init(_ value: Span.Value) {
    switch value {
    case .string(let text): stringValue = text
    case .boolean(let value): boolValue = value
    case .integer(let number): intValue = String(number)
    // JSON has no others.
    case .number(let number): doubleValue = number.isFinite ? number : nil
    }
  }
}

extension Duration {
  /// Whole nanoseconds, as digits; none before 1970.
  fileprivate var nanoseconds: String {
    let (seconds, attoseconds) = components
    return String(max(0, seconds) * 1_000_000_000 + max(0, attoseconds / 1_000_000_000))
  }
}
