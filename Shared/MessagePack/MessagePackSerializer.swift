public import GRPCCore
import Tensor

/// Turns messages into bytes for GRPCCore, whatever the transport.
///
/// A transport whose bytes are ``MessageBytes`` gets the writer's memory without a copy.
public struct MessagePackSerializer<Message: MessagePackConvertible>: MessageSerializer {
  public init() {}

  /// - Throws: ``MessagePackError`` with code `tooLarge`.
  public func serialize<Bytes: GRPCContiguousBytes>(_ message: Message) throws -> Bytes {
    let bytes = try MessagePackWriter.pack(message)
    if let same = bytes as? Bytes { return same }
    return unsafe bytes.withUnsafeBytes { unsafe Bytes($0) }
  }
}

/// Turns the bytes of GRPCCore's transports into messages.
///
/// What the message holds as ``MessageBytes`` and `Tensor` are views of the transport's bytes
/// when those are ``MessageBytes``, and of one copy otherwise.
public struct MessagePackDeserializer<Message: MessagePackConvertible>: MessageDeserializer {
  private let limits: MessagePackLimits

  public init(limits: MessagePackLimits = MessagePackLimits()) {
    self.limits = limits
  }

  /// - Throws: ``MessagePackError``.
  public func deserialize<Bytes: GRPCContiguousBytes>(
    _ serializedMessageBytes: Bytes
  ) throws -> Message {
    let bytes: MessageBytes
    if let same = serializedMessageBytes as? MessageBytes {
      bytes = same
    } else {
      bytes = unsafe serializedMessageBytes.withUnsafeBytes {
        unsafe MessageBytes(copying: $0.bytes)
      }
    }
    return try Message(from: MessagePackValue(unpacking: bytes, limits: limits))
  }
}
