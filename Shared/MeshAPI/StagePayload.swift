public import MessagePack

/// A stage's input or output inside another message: a bin that holds the packed message, so that
/// who passes it on need not look inside.
public enum StagePayload: MessagePackConvertible {
  /// As it was received.
  case packed(MessageBytes)
  /// Not packed yet. It is written right into the message around it, so that a tensor is copied
  /// once and not twice.
  case message(any MessagePackMessage)

  public init(from value: MessagePackValue) throws(MessagePackError) {
    self = .packed(try value.bytes())
  }

  public func encode(into writer: inout MessagePackWriter) {
    switch self {
    case .packed(let bytes): writer.write(bytes.bytes)
    case .message(let message): writer.writeBinary(containing: message)
    }
  }

  /// The packed message.
  ///
  /// - Throws: `MessagePackError` with code `tooLarge`, where it had to be packed.
  public func bytes() throws(MessagePackError) -> MessageBytes {
    switch self {
    case .packed(let bytes): bytes
    case .message(let message): try MessagePackWriter.pack(message)
    }
  }
}
