public import MessagePack

/// The answer to one ``CaptionRequest``.
public struct CaptionReply: MessagePackMessage {
  /// The request's.
  public var id: String
  public var result: Result<CaptionResult, ItemError>
  /// 1, and one more for each time that a worker was lost over the request; 0 when it was not
  /// admitted.
  public var attempts: Int
  public var milliseconds: Milliseconds

  /// Where the time went.
  public struct Milliseconds: MessagePackMessage, Hashable {
    public var load: Double
    public var encode: Double
    public var decode: Double
    /// In all queues together.
    public var queue: Double

    public init(load: Double = 0, encode: Double = 0, decode: Double = 0, queue: Double = 0) {
      self.load = load
      self.encode = encode
      self.decode = decode
      self.queue = queue
    }

    public init(from map: MessagePackMap) throws(MessagePackError) {
      load = try map.decode("load")
      encode = try map.decode("encode")
      decode = try map.decode("decode")
      queue = try map.decode("queue")
    }

    public func encode(into map: inout MessagePackMapWriter) {
      map.encode("load", load)
      map.encode("encode", encode)
      map.encode("decode", decode)
      map.encode("queue", queue)
    }
  }

  public init(
    id: String, result: Result<CaptionResult, ItemError>, attempts: Int,
    milliseconds: Milliseconds = Milliseconds()
  ) {
    self.id = id
    self.result = result
    self.attempts = attempts
    self.milliseconds = milliseconds
  }

  public init(from map: MessagePackMap) throws(MessagePackError) {
    id = try map.decode("id")
    if let error = try map.decodeIfPresent("error", as: ItemError.self) {
      result = .failure(error)
    } else {
      result = .success(try CaptionResult(from: map))
    }
    attempts = try map.decode("attempts")
    milliseconds = try map.decode("milliseconds")
  }

  public func encode(into map: inout MessagePackMapWriter) {
    map.encode("id", id)
    switch result {
    case .success(let caption): caption.encode(into: &map)
    case .failure(let error): map.encode("error", error)
    }
    map.encode("attempts", attempts)
    map.encode("milliseconds", milliseconds)
  }
}
