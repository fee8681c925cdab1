import GRPCCore
import MessagePack

extension WireHeader {
  /// The header's frame.
  func encoded() -> MessageBytes {
    var writer = MessagePackWriter()
    writer.writeMap { map in
      map.encode("v", Self.version)
      map.encode("kind", kind)
      encode(into: &map)
    }
    do {
      return try writer.finish()
    } catch {
      preconditionFailure("a header within the limits fits msgpack: \(error)")
    }
  }

  private var kind: String {
    switch self {
    case .request: "request"
    case .response: "response"
    case .cancel: "cancel"
    case .window: "window"
    case .ping: "ping"
    case .pong: "pong"
    case .goodbye: "goodbye"
    }
  }

  private func encode(into map: inout MessagePackMapWriter) {
    switch self {
    case .request(let stream, let opening, let end):
      map.encode("stream", stream)
      if let opening {
        map.encode("method", opening.method)
        map.encode("metadata", WireMetadata(opening.metadata))
        if opening.coalesce { map.encode("coalesce", true) }
      }
      if end { map.encode("end", true) }
    case .response(let stream, let metadata, let ending):
      map.encode("stream", stream)
      if let metadata { map.encode("metadata", WireMetadata(metadata)) }
      if let ending {
        map.encode("status", ending.status.code.rawValue)
        map.encode("message", ending.status.message)
        map.encode("trailers", WireMetadata(ending.trailers))
      }
    case .cancel(let stream):
      map.encode("stream", stream)
    case .window(let stream, let window):
      map.encode("stream", stream)
      map.encode("messages", window.messages)
      map.encode("bytes", window.bytes)
    case .ping, .pong, .goodbye:
      break
    }
  }

  /// Reads a header's frame.
  ///
  /// - Throws: ``WireError`` with the answer to a frame that is no header of this version.
  init(decoding frame: MessageBytes, limits: ZeroMQLimits) throws(WireError) {
    guard frame.count <= limits.maxHeaderBytes else {
      throw WireError(
        .resourceExhausted,
        "a header of \(frame.count) bytes; at most \(limits.maxHeaderBytes) are read")
    }
    var stream: UInt64 = 0
    do {
      let structure = MessagePackLimits(maxDepth: 3, maxItems: 4_096)
      let map = try MessagePackValue(unpacking: frame, limits: structure).map()
      stream = (try? map.decodeIfPresent("stream")) ?? 0
      let version: Int = try map.decode("v")
      guard version == Self.version else {
        throw WireError(
          stream: stream, .unimplemented,
          "version \(version) of the protocol is not spoken here, but version \(Self.version)")
      }
      self = try Self.decode(map, stream: try map.decodeIfPresent("stream") ?? 0, limits: limits)
    } catch let error as WireError {
      throw error
    } catch {
      throw WireError(stream: stream, .invalidArgument, "no header of a message: \(error)")
    }
  }

  private static func decode(
    _ map: MessagePackMap, stream: UInt64, limits: ZeroMQLimits
  ) throws -> WireHeader {
    func metadata(_ key: String) throws -> Metadata? {
      guard let metadata: WireMetadata = try map.decodeIfPresent(key) else { return nil }
      guard metadata.byteCount <= limits.maxMetadataBytes else {
        throw WireError(
          stream: stream, .resourceExhausted,
          "\(key) of \(metadata.byteCount) bytes; at most \(limits.maxMetadataBytes) are read")
      }
      return metadata.metadata
    }

    let kind: String = try map.decode("kind")
    switch kind {
    case "request":
      var opening: Opening?
      if let method: String = try map.decodeIfPresent("method") {
        opening = Opening(
          method: method, metadata: try metadata("metadata") ?? [:],
          coalesce: try map.decodeIfPresent("coalesce") ?? false)
      }
      return .request(
        stream: stream, opening: opening, end: try map.decodeIfPresent("end") ?? false)
    case "response":
      var ending: Ending?
      if let status: Int = try map.decodeIfPresent("status") {
        // gRPC has receivers treat codes that they do not know as UNKNOWN.
        ending = Ending(
          status: Status(
            code: Status.Code(rawValue: status) ?? .unknown,
            message: try map.decodeIfPresent("message") ?? ""),
          trailers: try metadata("trailers") ?? [:])
      }
      return .response(stream: stream, metadata: try metadata("metadata"), ending: ending)
    case "cancel":
      return .cancel(stream: stream)
    case "window":
      let window = StreamWindow(
        messages: Int(try map.decode("messages", as: UInt32.self)),
        bytes: Int(try map.decode("bytes", as: UInt32.self)))
      return .window(stream: stream, window)
    case "ping": return .ping
    case "pong": return .pong
    case "goodbye": return .goodbye
    default:
      throw WireError(stream: stream, .invalidArgument, "a message of unknown kind '\(kind)'")
    }
  }
}
