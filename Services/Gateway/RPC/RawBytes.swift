import GRPCCore
import MessagePack

/// Messages that are passed on as they are.
struct RawSerializer: MessageSerializer {
  func serialize<Bytes: GRPCContiguousBytes>(_ message: MessageBytes) throws -> Bytes {
    if let same = message as? Bytes { return same }
    return unsafe message.withUnsafeBytes { unsafe Bytes($0) }
  }
}

struct RawDeserializer: MessageDeserializer {
  func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> MessageBytes {
    if let same = bytes as? MessageBytes { return same }
    return unsafe bytes.withUnsafeBytes { unsafe MessageBytes(copying: $0.bytes) }
  }
}
