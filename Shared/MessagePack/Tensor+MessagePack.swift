public import Tensor

/// A tensor in Python's msgpack-numpy convention, so that `msgpack_numpy.decode` gives an ndarray.
///
/// A map whose keys are bin: `nd` (true), `type` (numpy's dtype as a str, such as "<f2"), `kind`
/// (an empty bin), `shape` (an array), `data` (a bin, little-endian, in C order).
extension Tensor: MessagePackConvertible {
  /// Views the message's bytes, or copies them where they do not lie on the element's alignment.
  ///
  /// - Throws: ``MessagePackError`` for another map, for structured, object and other types
  ///   than ``ElementType``'s, and where shape, type and data do not agree.
  public init(from value: MessagePackValue) throws(MessagePackError) {
    let map = try value.map()
    guard try map.required("nd", { value throws(MessagePackError) in try value.boolean() }) else {
      throw MessagePackError(
        code: .invalidValue, message: "a numpy scalar is not a tensor", keyPath: "nd")
    }
    if let kind = map[binaryKey: "kind"], try kind.bytes().count > 0 {
      throw MessagePackError(
        code: .invalidValue, message: "structured and object arrays are refused", keyPath: "kind")
    }
    let type = try map.required("type") { value throws(MessagePackError) in
      let name = try value.string()
      guard let type = ElementType(numpyName: name) else {
        let known = ElementType.allCases.map(\.numpyName).joined(separator: " ")
        throw MessagePackError(
          code: .invalidValue, message: "the dtype \"\(name)\" is none of \(known)")
      }
      return type
    }
    let shape = try map.required("shape") { value throws(MessagePackError) in
      let extents = try [Int](from: value)
      guard let shape = Shape(validating: extents) else {
        throw MessagePackError(code: .invalidValue, message: "\(extents) is not a shape")
      }
      return shape
    }
    let data = try map.required("data") { value throws(MessagePackError) in try value.bytes() }

    if data.count > 0,
      let view = Tensor(
        viewing: data.buffer, at: data.range.lowerBound, shape: shape, elementType: type),
      view.bytes.byteCount == data.count
    {
      self = view
    } else if let copy = Tensor(copying: data.bytes, shape: shape, elementType: type) {
      self = copy
    } else {
      throw MessagePackError(
        code: .invalidValue, message: "\(data.count) bytes for \(shape) of \(type)",
        keyPath: "data")
    }
  }

  public func encode(into writer: inout MessagePackWriter) {
    writer.beginMap(count: 5)
    writer.writeBinaryKey("nd")
    writer.write(true)
    writer.writeBinaryKey("type")
    writer.write(elementType.numpyName)
    writer.writeBinaryKey("kind")
    writer.writeBinaryKey("")
    writer.writeBinaryKey("shape")
    shape.dimensions.encode(into: &writer)
    writer.writeBinaryKey("data")
    writer.write(bytes)
  }
}

extension MessagePackMap {
  fileprivate func required<Value>(
    _ key: String, _ body: (MessagePackValue) throws(MessagePackError) -> Value
  ) throws(MessagePackError) -> Value {
    guard let value = self[binaryKey: key] else {
      throw MessagePackError(
        code: .missingKey, message: "no such bin key, as a msgpack-numpy array has", keyPath: key)
    }
    do { return try body(value) } catch { throw error.inside(key: key) }
  }
}

extension MessagePackWriter {
  fileprivate mutating func writeBinaryKey(_ key: StaticString) {
    write(key.utf8Bytes)
  }
}

extension StaticString {
  fileprivate var utf8Bytes: RawSpan {
    @_lifetime(immortal)
    get {
      let bytes = unsafe RawSpan(_unsafeStart: utf8Start, byteCount: utf8CodeUnitCount)
      return unsafe _overrideLifetime(bytes, copying: ())
    }
  }
}

extension ElementType {
  /// numpy's name of the little-endian dtype.
  fileprivate var numpyName: String {
    switch self {
    case .float16: "<f2"
    case .float32: "<f4"
    case .float64: "<f8"
    case .uint8: "|u1"
    case .int8: "|i1"
    case .int32: "<i4"
    case .int64: "<i8"
    }
  }

  fileprivate init?(numpyName: String) {
    guard let type = Self.allCases.first(where: { $0.numpyName == numpyName }) else { return nil }
    self = type
  }
}
