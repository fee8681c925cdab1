extension Bool: MessagePackConvertible {
  public init(from value: MessagePackValue) throws(MessagePackError) { self = try value.boolean() }
  public func encode(into writer: inout MessagePackWriter) { writer.write(self) }
}

extension FixedWidthInteger where Self: MessagePackConvertible & SignedInteger {
  public init(from value: MessagePackValue) throws(MessagePackError) { self = try value.integer() }
  public func encode(into writer: inout MessagePackWriter) { writer.write(Int64(self)) }
}

extension FixedWidthInteger where Self: MessagePackConvertible & UnsignedInteger {
  public init(from value: MessagePackValue) throws(MessagePackError) { self = try value.integer() }
  public func encode(into writer: inout MessagePackWriter) { writer.write(UInt64(self)) }
}

extension Int: MessagePackConvertible {}
extension Int32: MessagePackConvertible {}
extension Int64: MessagePackConvertible {}
extension UInt32: MessagePackConvertible {}
extension UInt64: MessagePackConvertible {}

extension Float: MessagePackConvertible {
  /// Rounds what another language wrote as a float64.
  public init(from value: MessagePackValue) throws(MessagePackError) {
    self = Float(try value.float())
  }
  public func encode(into writer: inout MessagePackWriter) { writer.write(self) }
}

extension Double: MessagePackConvertible {
  public init(from value: MessagePackValue) throws(MessagePackError) { self = try value.float() }
  public func encode(into writer: inout MessagePackWriter) { writer.write(self) }
}

extension String: MessagePackConvertible {
  public init(from value: MessagePackValue) throws(MessagePackError) { self = try value.string() }
  public func encode(into writer: inout MessagePackWriter) { writer.write(self) }
}

extension MessageBytes: MessagePackConvertible {
  public init(from value: MessagePackValue) throws(MessagePackError) { self = try value.bytes() }
  public func encode(into writer: inout MessagePackWriter) { writer.write(bytes) }
}

extension Array: MessagePackConvertible where Element: MessagePackConvertible {
  public init(from value: MessagePackValue) throws(MessagePackError) {
    let values = try value.array()
    var elements: [Element] = []
    elements.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      do { elements.append(try Element(from: value)) } catch { throw error.inside(index: index) }
    }
    self = elements
  }

  public func encode(into writer: inout MessagePackWriter) {
    writer.beginArray(count: count)
    for element in self { element.encode(into: &writer) }
  }
}

extension Dictionary: MessagePackConvertible where Key == String, Value: MessagePackConvertible {
  public init(from value: MessagePackValue) throws(MessagePackError) {
    var dictionary: [String: Value] = [:]
    for (key, value) in try value.map().pairs() where dictionary[key] == nil {
      do { dictionary[key] = try Value(from: value) } catch { throw error.inside(key: key) }
    }
    self = dictionary
  }

  /// Writes the keys in order, so that equal dictionaries give equal bytes.
  public func encode(into writer: inout MessagePackWriter) {
    writer.beginMap(count: count)
    for (key, value) in self.sorted(by: { $0.key < $1.key }) {
      writer.write(key)
      value.encode(into: &writer)
    }
  }
}
