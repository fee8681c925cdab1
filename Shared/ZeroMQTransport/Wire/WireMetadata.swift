import GRPCCore
import MessagePack

/// Metadata in the form that it has in a header.
struct WireMetadata: MessagePackConvertible {
  var metadata: Metadata

  init(_ metadata: Metadata) { self.metadata = metadata }

  /// What limits count: keys and values, and 32 bytes for each pair, as HTTP/2 does.
  var byteCount: Int {
    metadata.reduce(0) { sum, pair in
      let value =
        switch pair.value {
        case .string(let string): string.utf8.count
        case .binary(let bytes): bytes.count
        }
      return sum + pair.key.utf8.count + value + 32
    }
  }

  /// Why the metadata cannot be sent, for people.
  func objection(maxBytes: Int) -> String? {
    for (key, value) in metadata {
      if !Self.isKey(key.lowercased()) { return "'\(key)' is not a key of metadata" }
      if case .binary = value, !key.lowercased().hasSuffix("-bin") {
        return "the key '\(key)' of binary metadata does not end in -bin"
      }
    }
    let count = byteCount
    return count <= maxBytes ? nil : "\(count) bytes of metadata; at most \(maxBytes) are sent"
  }

  /// gRPC's Header-Name.
  private static func isKey(_ key: String) -> Bool {
    !key.isEmpty
      && key.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
          true
        default: false
        }
      }
  }

  init(from value: MessagePackValue) throws(MessagePackError) {
    metadata = [:]
    for (key, value) in try value.map().pairs() {
      guard Self.isKey(key) else {
        throw MessagePackError(code: .invalidValue, message: "'\(key)' is not a key of metadata")
      }
      if value.typeName == "array" {
        for value in try value.array() { try append(value, key: key) }
      } else {
        try append(value, key: key)
      }
    }
  }

  private mutating func append(_ value: MessagePackValue, key: String) throws(MessagePackError) {
    if let string = try? value.string() {
      metadata.addString(string, forKey: key)
    } else if key.hasSuffix("-bin"), let bytes = try? value.bytes() {
      metadata.addBinary(bytes.array, forKey: key)
    } else {
      throw MessagePackError(
        code: .wrongType, message: "a str, or a bin for a key in -bin, not a \(value.typeName)",
        keyPath: key)
    }
  }

  func encode(into writer: inout MessagePackWriter) {
    var keys: [String] = []
    var values: [String: [Metadata.Value]] = [:]
    for (key, value) in metadata {
      let key = key.lowercased()
      if values[key] == nil { keys.append(key) }
      values[key, default: []].append(value)
    }
    writer.beginMap(count: keys.count)
    for key in keys {
      let values = values[key]!
      writer.write(key)
      if values.count > 1 { writer.beginArray(count: values.count) }
      for value in values {
        switch value {
        case .string(let string): writer.write(string)
        case .binary(let bytes): writer.write(MessageBytes(bytes).bytes)
        }
      }
    }
  }
}
