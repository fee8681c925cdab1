/// A type that can be one msgpack value.
///
/// Conforming here: `Bool`, integers, `Float`, `Double`, `String`, ``MessageBytes`` (a bin),
/// `Tensor`, arrays and string-keyed dictionaries of these, and ``MessagePackMessage``. An enum
/// with raw values of these conforms by declaring so.
public protocol MessagePackConvertible: Sendable {
  /// - Throws: ``MessagePackError`` with code `wrongType` or `invalidValue`.
  init(from value: MessagePackValue) throws(MessagePackError)

  /// Writes exactly one value.
  func encode(into writer: inout MessagePackWriter)
}

/// A message: a map with string keys.
///
/// ```swift
/// struct Caption: MessagePackMessage {
///   var id: String
///   var tokens: [Int]?
///
///   init(from map: MessagePackMap) throws(MessagePackError) {
///     id = try map.decode("id")
///     tokens = try map.decodeIfPresent("tokens")
///   }
///
///   func encode(into map: inout MessagePackMapWriter) {
///     map.encode("id", id)
///     map.encodeIfPresent("tokens", tokens)
///   }
/// }
/// ```
///
/// Keys that a reader does not know are ignored, hence keys may be added later; a key that is
/// missing or of another type is refused with its path.
public protocol MessagePackMessage: MessagePackConvertible {
  init(from map: MessagePackMap) throws(MessagePackError)

  /// Writes the pairs of the message's map.
  func encode(into map: inout MessagePackMapWriter)
}

extension MessagePackMessage {
  public init(from value: MessagePackValue) throws(MessagePackError) {
    try self.init(from: value.map())
  }

  public func encode(into writer: inout MessagePackWriter) {
    writer.writeMap { map in encode(into: &map) }
  }
}

extension RawRepresentable where Self: MessagePackConvertible, RawValue: MessagePackConvertible {
  public init(from value: MessagePackValue) throws(MessagePackError) {
    let rawValue = try RawValue(from: value)
    guard let known = Self(rawValue: rawValue) else {
      throw MessagePackError(code: .invalidValue, message: "\(rawValue) is no \(Self.self)")
    }
    self = known
  }

  public func encode(into writer: inout MessagePackWriter) { rawValue.encode(into: &writer) }
}
