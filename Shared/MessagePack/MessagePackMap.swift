/// A map that was unpacked, read by its str keys.
///
/// Looking up a key costs O(pairs). Keys nobody asks for are ignored, which lets messages grow.
public struct MessagePackMap: Sendable {
  private let value: MessagePackValue

  /// - Parameter value: a map.
  init(_ value: MessagePackValue) { self.value = value }

  /// The number of pairs.
  public var count: Int { value.pairCount }

  /// The value of a key, or nil when the map does not have it.
  public subscript(key: String) -> MessagePackValue? {
    value.value(forKey: key, inBinary: false)
  }

  /// The value of a key that is a bin, which is how msgpack-numpy writes keys.
  subscript(binaryKey key: String) -> MessagePackValue? {
    value.value(forKey: key, inBinary: true)
  }

  /// The value of a key that must be there.
  ///
  /// - Throws: ``MessagePackError`` with code `missingKey`, or as `Value` does, and the key path.
  public func decode<Value: MessagePackConvertible>(
    _ key: String, as type: Value.Type = Value.self
  ) throws(MessagePackError) -> Value {
    guard let value = self[key] else {
      throw MessagePackError(
        code: .missingKey, message: "a required key is missing", keyPath: key)
    }
    do { return try Value(from: value) } catch { throw error.inside(key: key) }
  }

  /// The value of a key that may be missing or nil.
  ///
  /// - Throws: ``MessagePackError`` as `Value` does, and the key path.
  public func decodeIfPresent<Value: MessagePackConvertible>(
    _ key: String, as type: Value.Type = Value.self
  ) throws(MessagePackError) -> Value? {
    guard let value = self[key], !value.isNil else { return nil }
    do { return try Value(from: value) } catch { throw error.inside(key: key) }
  }

  /// All pairs, in the message's order.
  ///
  /// - Throws: ``MessagePackError`` with code `wrongType` when a key is not a str.
  public func pairs() throws(MessagePackError) -> [(key: String, value: MessagePackValue)] {
    var pairs: [(key: String, value: MessagePackValue)] = []
    pairs.reserveCapacity(count)
    for index in 0..<count {
      let pair = value.pair(at: index)
      pairs.append((try pair.key.string(), pair.value))
    }
    return pairs
  }
}
