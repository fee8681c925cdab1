public import GRPCCore
public import MessagePack

/// Why one item failed, alone among those that go on.
public struct ItemError: Error, MessagePackMessage, Hashable, CustomStringConvertible {
  public var code: RPCError.Code
  /// What is wrong and what to do about it; names the file.
  public var message: String
  /// The name of the stage where it failed, if it had come to one.
  public var stage: String?
  /// After how many milliseconds asking again may help.
  public var retryAfterMilliseconds: Int?

  public init(
    _ code: RPCError.Code, _ message: String, stage: String? = nil,
    retryAfterMilliseconds: Int? = nil
  ) {
    self.code = code
    self.message = message
    self.stage = stage
    self.retryAfterMilliseconds = retryAfterMilliseconds
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    code = RPCError.Code(statusName: try map.decode("code"))
    message = try map.decode("message")
    stage = try map.decodeIfPresent("stage")
    retryAfterMilliseconds = try map.decodeIfPresent("retry_after_ms")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("code", code.statusName)
    map.encode("message", message)
    map.encodeIfPresent("stage", stage)
    map.encodeIfPresent("retry_after_ms", retryAfterMilliseconds)
  }

  public var description: String { "\(code.statusName): \(message)" }
}
