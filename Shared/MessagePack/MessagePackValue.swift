import CMessagePack
import Tensor

/// A value that was unpacked, and everything inside it.
///
/// str and bin are not copied: they lie in the bytes that were unpacked, which the value keeps.
@safe
public struct MessagePackValue: @unchecked Sendable {
  // Unchecked because of the C pointers, whose targets nobody writes to once they are unpacked.
  private let document: Document
  private let object: msgpack_object

  private init(document: Document, object: msgpack_object) {
    self.document = document
    unsafe self.object = object
  }

  /// Unpacks exactly one value.
  ///
  /// - Throws: ``MessagePackError`` with code `truncated`, `malformed` or `limitExceeded`.
  public init(
    unpacking bytes: MessageBytes, limits: MessagePackLimits = MessagePackLimits()
  ) throws(MessagePackError) {
    try MessagePackScan.check(bytes.bytes, limits: limits)
    let document = try Document(checked: bytes)
    unsafe self.init(document: document, object: document.root)
  }

  /// The name of the value's type in the msgpack specification.
  public var typeName: String {
    switch unsafe object.type {
    case MSGPACK_OBJECT_NIL: "nil"
    case MSGPACK_OBJECT_BOOLEAN: "boolean"
    case MSGPACK_OBJECT_POSITIVE_INTEGER, MSGPACK_OBJECT_NEGATIVE_INTEGER: "integer"
    case MSGPACK_OBJECT_FLOAT32, MSGPACK_OBJECT_FLOAT64: "float"
    case MSGPACK_OBJECT_STR: "str"
    case MSGPACK_OBJECT_BIN: "bin"
    case MSGPACK_OBJECT_ARRAY: "array"
    case MSGPACK_OBJECT_MAP: "map"
    default: "ext"
    }
  }

  public var isNil: Bool { unsafe object.type == MSGPACK_OBJECT_NIL }

  /// - Throws: ``MessagePackError`` with code `wrongType`, as all of these do.
  public func boolean() throws(MessagePackError) -> Bool {
    guard unsafe object.type == MSGPACK_OBJECT_BOOLEAN else { throw wrongType("boolean") }
    return unsafe object.via.boolean
  }

  /// - Throws: ``MessagePackError``; with code `invalidValue` when `Number` cannot hold it.
  public func integer<Number: FixedWidthInteger>(
    as type: Number.Type = Number.self
  ) throws(MessagePackError) -> Number {
    let number: Number?
    switch unsafe object.type {
    case MSGPACK_OBJECT_POSITIVE_INTEGER: number = unsafe Number(exactly: object.via.u64)
    case MSGPACK_OBJECT_NEGATIVE_INTEGER: number = unsafe Number(exactly: object.via.i64)
    default: throw wrongType("integer")
    }
    guard let number else {
      throw MessagePackError(
        code: .invalidValue, message: "not in \(Number.min)...\(Number.max)")
    }
    return number
  }

  /// A float of either width, or an integer, since languages write 3.0 as 3.
  public func float() throws(MessagePackError) -> Double {
    switch unsafe object.type {
    case MSGPACK_OBJECT_FLOAT32, MSGPACK_OBJECT_FLOAT64: unsafe object.via.f64
    case MSGPACK_OBJECT_POSITIVE_INTEGER: unsafe Double(object.via.u64)
    case MSGPACK_OBJECT_NEGATIVE_INTEGER: unsafe Double(object.via.i64)
    default: throw wrongType("float")
    }
  }

  /// - Throws: ``MessagePackError``; with code `invalidValue` for what is not UTF-8.
  public func string() throws(MessagePackError) -> String {
    guard unsafe object.type == MSGPACK_OBJECT_STR else { throw wrongType("str") }
    let utf8 = unsafe rawBytes(object.via.str.ptr, object.via.str.size)
    guard let string = unsafe String(validating: utf8, as: UTF8.self) else {
      throw MessagePackError(code: .invalidValue, message: "a str that is not UTF-8")
    }
    return string
  }

  /// The bytes of a bin, which are those of the message: not copied.
  public func bytes() throws(MessagePackError) -> MessageBytes {
    guard unsafe object.type == MSGPACK_OBJECT_BIN else { throw wrongType("bin") }
    let bin = unsafe rawBytes(object.via.bin.ptr, object.via.bin.size)
    return unsafe document.bytes.part(at: bin)
  }

  public func array() throws(MessagePackError) -> [MessagePackValue] {
    guard unsafe object.type == MSGPACK_OBJECT_ARRAY else { throw wrongType("array") }
    let elements = unsafe UnsafeBufferPointer(
      start: object.via.array.ptr, count: Int(object.via.array.size))
    return unsafe elements.map { unsafe MessagePackValue(document: document, object: $0) }
  }

  public func map() throws(MessagePackError) -> MessagePackMap {
    guard unsafe object.type == MSGPACK_OBJECT_MAP else { throw wrongType("map") }
    return MessagePackMap(self)
  }

  func wrongType(_ expected: String) -> MessagePackError {
    MessagePackError(code: .wrongType, message: "expected \(expected), found \(typeName)")
  }
}

/// What ``MessagePackMap`` sees of a map.
extension MessagePackValue {
  var pairCount: Int { unsafe Int(object.via.map.size) }

  /// The first value whose key is the given str, or the given bin.
  func value(forKey key: String, inBinary: Bool) -> MessagePackValue? {
    let pairs = unsafe UnsafeBufferPointer(start: object.via.map.ptr, count: pairCount)
    let type = inBinary ? MSGPACK_OBJECT_BIN : MSGPACK_OBJECT_STR
    var key = key
    return key.withUTF8 { utf8 in
      for index in 0..<pairs.count {
        let pair = unsafe pairs[index]
        guard unsafe pair.key.type == type else { continue }
        // str and bin lie alike in the union.
        let found = unsafe rawBytes(pair.key.via.str.ptr, pair.key.via.str.size)
        if unsafe found.elementsEqual(utf8) {
          return unsafe MessagePackValue(document: document, object: pair.val)
        }
      }
      return nil
    }
  }

  /// Key and value of the pair at `index`.
  func pair(at index: Int) -> (key: MessagePackValue, value: MessagePackValue) {
    precondition(index < pairCount)
    let pair = unsafe object.via.map.ptr[index]
    return unsafe (
      MessagePackValue(document: document, object: pair.key),
      MessagePackValue(document: document, object: pair.val)
    )
  }

  private func rawBytes(_ start: UnsafePointer<CChar>?, _ count: UInt32) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: start, count: Int(count))
  }
}

/// The bytes and the objects that msgpack-c made of them, which all values in them share.
@safe
private final class Document: @unchecked Sendable {
  let bytes: MessageBytes
  private var unpacked: msgpack_unpacked

  /// - Parameter bytes: one value that ``MessagePackScan`` has found sound.
  init(checked bytes: MessageBytes) throws(MessagePackError) {
    self.bytes = bytes
    unsafe self.unpacked = msgpack_unpacked()
    let result = unsafe bytes.withUnsafeBytes { source in
      let start = unsafe source.baseAddress?.assumingMemoryBound(to: CChar.self)
      return unsafe msgpack_unpack_next(&unpacked, start, source.count, nil)
    }
    guard result == MSGPACK_UNPACK_SUCCESS else {
      throw MessagePackError(
        code: .malformed, message: "msgpack-c cannot unpack it (\(result.rawValue))")
    }
  }

  deinit { unsafe msgpack_unpacked_destroy(&unpacked) }

  var root: msgpack_object { unsafe unpacked.data }
}

extension MessageBytes {
  /// These bytes' part that lies at the given place in memory.
  fileprivate func part(at place: UnsafeRawBufferPointer) -> MessageBytes {
    guard let start = place.baseAddress, place.count > 0 else { return self[0..<0] }
    return unsafe withUnsafeBytes { all in
      let offset = unsafe start - all.baseAddress!
      return self[offset..<offset + place.count]
    }
  }
}
