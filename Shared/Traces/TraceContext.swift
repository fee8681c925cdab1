/// Names one trace: 16 bytes, not all zero.
public struct TraceID: Hashable, Sendable, CustomStringConvertible {
  let high: UInt64
  let low: UInt64

  /// Nil for the one that means none.
  init?(high: UInt64, low: UInt64) {
    guard high | low != 0 else { return nil }
    self.high = high
    self.low = low
  }

  public static func random(using random: inout some RandomNumberGenerator) -> TraceID {
    TraceID(high: random.next(), low: random.next() | 1)!
  }

  /// 32 lower-case hexadecimal digits.
  public var description: String { high.hexadecimal + low.hexadecimal }
}

/// Names one span of a trace: 8 bytes, not all zero.
public struct SpanID: Hashable, Sendable, CustomStringConvertible {
  let rawValue: UInt64

  /// Nil for the one that means none.
  init?(rawValue: UInt64) {
    guard rawValue != 0 else { return nil }
    self.rawValue = rawValue
  }

  public static func random(using random: inout some RandomNumberGenerator) -> SpanID {
    SpanID(rawValue: random.next() | 1)!
  }

  /// 16 lower-case hexadecimal digits.
  public var description: String { rawValue.hexadecimal }
}

/// A place in a trace, as it goes from hop to hop: the `traceparent` of the W3C's Trace Context
/// (Recommendation of 23 November 2021).
public struct TraceContext: Hashable, Sendable {
  public var trace: TraceID
  public var span: SpanID
  /// Whether whoever began the trace wants it recorded.
  public var isSampled: Bool

  public init(trace: TraceID, span: SpanID, isSampled: Bool) {
    self.trace = trace
    self.span = span
    self.isSampled = isSampled
  }

  /// The beginning of a trace of its own.
  public static func fresh(
    isSampled: Bool, using random: inout some RandomNumberGenerator
  ) -> TraceContext {
    TraceContext(
      trace: .random(using: &random), span: .random(using: &random), isSampled: isSampled)
  }

  /// Another place in the same trace.
  public func child(using random: inout some RandomNumberGenerator) -> TraceContext {
    TraceContext(trace: trace, span: .random(using: &random), isSampled: isSampled)
  }

  /// Reads a header's value as the recommendation says: version 00 exactly, a later version as far
  /// as it begins like 00, and version ff, upper-case digits and zero ids not at all.
  public init?(traceparent: String) {
    let bytes = Array(traceparent.utf8.prefix(57))
    guard bytes.count >= 55, [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }),
      let version = UInt64(hexadecimal: bytes[0..<2]), version != 0xff,
      let high = UInt64(hexadecimal: bytes[3..<19]),
      let low = UInt64(hexadecimal: bytes[19..<35]),
      let parent = UInt64(hexadecimal: bytes[36..<52]),
      let flags = UInt64(hexadecimal: bytes[53..<55]),
      let trace = TraceID(high: high, low: low), let span = SpanID(rawValue: parent)
    else { return nil }
    if bytes.count > 55 {
      guard version > 0, bytes[55] == UInt8(ascii: "-") else { return nil }
    }
    self.init(trace: trace, span: span, isSampled: flags & 1 == 1)
  }

  /// The header's value for the next hop, of version 00. Flags other than `sampled` are not known
  /// here and not passed on.
  public var traceparent: String { "00-\(trace)-\(span)-\(isSampled ? "01" : "00")" }
}

extension UInt64 {
  /// Of lower-case digits only; at most 16.
  fileprivate init?(hexadecimal digits: ArraySlice<UInt8>) {
    var value: UInt64 = 0
    for digit in digits {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - 0x30)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - 0x57)
      default: return nil
      }
    }
    self = value
  }

  /// 16 digits.
  fileprivate var hexadecimal: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
